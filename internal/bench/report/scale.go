package report

import "math"

// scale places numbers on an axis: 0 is its beginning, 1 its end.
type scale struct {
	place func(float64) float64
	ticks []float64
}

// linear is an axis from 0 to a little more than the largest number, with steps that are round numbers of a unit.
func linear(most, unit float64) scale {
	step := unit * math.Pow(10, math.Floor(math.Log10(max(most/unit, 1e-9))))
	for most/step < 4 {
		step /= 2
	}
	end := math.Ceil(most/step) * step
	s := scale{place: func(n float64) float64 { return n / end }}
	for n := 0.0; n <= end*1.001; n += step {
		s.ticks = append(s.ticks, n)
	}
	return s
}

// logarithmic is an axis of whole powers of ten around what is between least and most, both above 0.
func logarithmic(least, most float64) scale {
	from, to := math.Floor(math.Log10(least)), math.Ceil(math.Log10(most))
	if from == to {
		to++
	}
	s := scale{place: func(n float64) float64 { return max(0, (math.Log10(n)-from)/(to-from)) }}
	for exponent := from; exponent <= to; exponent++ {
		s.ticks = append(s.ticks, math.Pow(10, exponent))
	}
	return s
}

// percentiles is an axis on which 90, 99 and 99.9 are equally far apart. 100 stands where the last nine does.
func percentiles(nines int) scale {
	end := float64(nines)
	s := scale{place: func(percent float64) float64 {
		rest := max(1-percent/100, math.Pow(10, -end))
		return -math.Log10(rest) / end
	}, ticks: []float64{0, 50}}
	for nine := 1; nine <= nines; nine++ {
		s.ticks = append(s.ticks, 100-math.Pow(10, float64(2-nine)))
	}
	return s
}
