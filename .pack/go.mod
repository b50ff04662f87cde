module beckon-pack

go 1.26.0
