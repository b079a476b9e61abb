# Runs the command's demo, then the test classes that the test named in $OUT/classes; leaves what they said in $OUT.
cd "$LAB_DIR/../../.."
uname -r >"$OUT/kernel"
awk '/^KernelPageSize/ {print 1024 * $2; exit}' /proc/self/smaps >"$OUT/page"
echo 4 >/proc/sys/vm/nr_hugepages
for module in tun bridge veth macvtap; do modprobe $module; done
"$OUT/fastvif" demo --vifs 20 >"$OUT/demo" 2>&1
echo $? >"$OUT/demo-status"
# shellcheck disable=SC2046 # a class a line
"$OUT/tests" $(cat "$OUT/classes") >"$OUT/results" 2>&1
