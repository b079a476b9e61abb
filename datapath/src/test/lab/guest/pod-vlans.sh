# Pods in VLANs of a bridge. $OUT/references has the folders of reference plugins, each with its version, to compare with.
set -e
modprobe bridge
modprobe 8021q
"$OUT/pods" "$OUT"
