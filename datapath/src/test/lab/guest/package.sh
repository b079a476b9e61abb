# Installs the Debian package in $OUT, and unpacks the archive there, as an operator of this guest would; each one's
# command, agent and CNI plugin work, with the Java runtime and the caches of their own.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
for module in tun bridge veth; do modprobe $module; done
ln -sf /usr/bin/false /usr/bin/java # nobody looks for another Java
mkdir -p /var/lib/dpkg/{info,updates,triggers}
: >/var/lib/dpkg/status

works() {
  echo "$1: $("$1" --version)"
  "$1" demo --vifs 20
  printf '{"versioned_object.name":"VIFGeneric","versioned_object.namespace":"os_vif","versioned_object.version":"1.0",%s' \
    '"versioned_object.data":{"id":"00000001-0000-4000-8000-000000000000","active":false,"address":"52:54:00:00:00:01",' \
    >/tmp/vif.json
  echo '"plugin":"tap","vif_name":"tap1"}}' >>/tmp/vif.json
  "$1" agent --socket /run/fastvif.sock &
  agent=$!
  for _ in {1..300}; do
    [ ! -S /run/fastvif.sock ] || break
    sleep 0.2
  done
  "$1" plug --agent=/run/fastvif.sock /tmp/vif.json
  ip link show tap1 >/dev/null
  "$1" unplug --agent=/run/fastvif.sock /tmp/vif.json
  ! ip link show tap1 2>/dev/null
  kill $agent
  wait $agent || true
}

# Of what it depends on, this dpkg knows nothing.
dpkg --force-depends -i "$OUT"/fastvif_*_arm64.deb
ls -l /var/cache/fastvif
[ -s /var/cache/fastvif/fastvif-command.aot ] && [ -s /var/cache/fastvif/fastvif-agent.aot ]
works fastvif
echo '{"cniVersion":"1.0.0"}' | CNI_COMMAND=VERSION /usr/lib/cni/fastvif
dpkg -P fastvif
[ ! -e /usr/lib/fastvif ] && [ ! -e /var/cache/fastvif ]

mkdir -p /opt/unpacked
tar -xzf "$OUT"/fastvif-*-linux-aarch64.tar.gz -C /opt/unpacked
works /opt/unpacked/fastvif-*/bin/fastvif
/opt/unpacked/fastvif-*/lib/fastvif/train
ls -l /opt/unpacked/fastvif-*/lib/fastvif/*.aot
works /opt/unpacked/fastvif-*/bin/fastvif
