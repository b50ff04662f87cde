# Runs a script in a copy of this system that is gone with it: it sees all files, and what it writes stays in memory. It
# has processes and a loopback of its own, and no systemd.
#
#   unshare --mount --net --pid --fork --propagation private bash aside.sh EMPTY FOLDER SCRIPT
#
# The copy is in EMPTY; a copy of FOLDER, with the files that the script needs, is the folder that it runs in.
set -euo pipefail
aside=$1 folder=$2 script=$(realpath "$3")

mount -t tmpfs tmpfs "$aside"
mkdir "$aside/upper" "$aside/work" "$aside/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$aside/upper,workdir=$aside/work" "$aside/root"
cd "$aside/root"
mount -t proc proc proc
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
cp -r "$folder" tmp/files
cp "$script" tmp/script
ip link set lo up
chroot . bash -euo pipefail -c 'cd /tmp/files; . /tmp/script'
