# Installs, uses, upgrades, removes and purges the package, whose versions 1.0.0 and 1.1.0 are in this folder.
fail() {
  echo "install.sh: $*" >&2
  exit 1
}
settings=/etc/beckon/beckon.yaml
ours() { find /etc /usr/bin /usr/lib/systemd /usr/share /var -xdev -name '*beckon*' | sort; }
had=$(ours)

dpkg --install beckon_1.0.0_*.deb
[[ $(stat -c '%U:%G %a' $settings) == 'root:beckon 640' ]] || fail "$settings: $(stat -c '%U:%G %a' $settings)"
[[ $(dpkg-query --show --showformat '${Conffiles}' beckon) == *$settings* ]] || fail 'the settings are no conffile'
[[ $(readlink /etc/systemd/system/multi-user.target.wants/beckon.service) == */systemd/system/beckon.service ]] || fail 'the service is not enabled'
[[ ! -e /etc/systemd/system/sockets.target.wants/beckon.socket ]] || fail 'the socket is enabled'
complaints=$(systemd-analyze verify beckon.service beckon.socket 2>&1) && [[ -z $complaints ]] || fail "$complaints"
grep -q '^#listen: :9000$' $settings || fail 'the settings do not show what can be set'
! grep -q '^[^#]' $settings || fail 'the settings set something'

# The service cannot be started without systemd: this is what it would run, as whom it would.
serve() { exec setpriv --reuid beckon --regid beckon --clear-groups --inh-caps=-all beckon --config $settings; }
lives() {
  local _
  for _ in {1..100}; do
    beckon health --config $settings >/dev/null 2>&1 && return
    sleep 0.1
  done
  fail 'the server does not live'
}
serve &
server=$!
lives
kill $server
wait $server || fail 'the server did not end well'

echo 'listen: 127.0.0.1:9123' >>$settings
changed=$(sha256sum $settings)
dpkg --install beckon_1.1.0_*.deb </dev/null
[[ $(sha256sum $settings) == "$changed" ]] || fail 'the upgrade did not keep the settings'
[[ $(stat -c '%U:%G %a' $settings) == 'root:beckon 640' ]] || fail 'the upgrade did not keep whose the settings are'
[[ $(dpkg-query --show --showformat '${Version}' beckon) == 1.1.0 ]] || fail 'it is not the new version'
serve &
server=$!
lives
kill $server
wait $server || fail 'the server did not end well'

systemctl disable beckon.service
dpkg --install beckon_1.1.0_*.deb </dev/null
[[ ! -e /etc/systemd/system/multi-user.target.wants/beckon.service ]] || fail 'another installation enables a service that was disabled'

mkdir /var/lib/beckon
dpkg --remove beckon
[[ $(sha256sum $settings) == "$changed" && ! -e /usr/bin/beckon ]] || fail 'removed is not the program, but the settings'
dpkg --purge beckon
[[ $(ours) == "$had" && ! -e /etc/beckon ]] || fail "left: $(ours)"
! getent passwd beckon || fail 'the user is left'
! getent group beckon || fail 'the group is left'
echo 'all is well'
