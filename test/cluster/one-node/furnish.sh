#!/bin/sh
# Furnishes the namespaces of a test cluster from within; everything here goes with them.
# usage: furnish.sh FOLDER NODE_ADDRESS/BITS POD_RANGE SERVICE_RANGE, with the link "node" there already
set -eu
inside=$1 node=$2 pods=$3 services=$4

# What kubelet, containerd and CNI write to by habit. Theirs is the state directory, not the machine.
mount --make-rprivate /
for folder in run var/lib var/log; do
  mkdir -p "$inside/$folder"
  mount --bind "$inside/$folder" "/$folder"
done
# containers may ask for mounts that spread
mount --make-rshared /

# Settings of the whole machine that a kubelet would change: it finds them as it wants them, and the machine's stay.
while read -r name value; do
  [ -e "/proc/sys/$name" ] || continue
  mkdir -p "$inside/sysctl/${name%/*}"
  echo "$value" >"$inside/sysctl/$name"
  mount --bind "$inside/sysctl/$name" "/proc/sys/$name"
done <<END
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
END

ip link set lo up
ip address add "$node" dev node
ip link set node up
echo 1 >/proc/sys/net/ipv4/ip_forward
# Pods are behind this bridge. There is no default route: nothing from here goes further than the machine's end of the
# link, where a test may listen. A service's address that nobody serves ends at the bridge.
ip link add pods type bridge
ip address add "${pods%.0.0/*}.0.1/${pods#*/}" dev pods
ip link set pods up
ip route add "$services" dev pods
iptables -w -A FORWARD -d "$services" -j REJECT
iptables -w -A OUTPUT -d "$services" -j REJECT
iptables -w -t nat -A POSTROUTING -s "$pods" -o node -j MASQUERADE
