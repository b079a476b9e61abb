# The commands eswitch and representor on two PFs of seven VFs each, and renaming timed beside ip. What was printed comes
# back in $OUT.
set -e
. "$LAB_DIR/guest/two-functions.sh"
ask A mode1 eswitch set "$PF1" --mode switchdev --json
ask A mode2 eswitch set "pci/$PF2" --mode switchdev --json
ask A modes eswitch get
for pf in "$PF1" "$PF2"; do devlink dev eswitch show "pci/$pf"; done >"$OUT/modes.devlink"
ask A list representor list --json
devlink port show | sed -n 's/.*netdev \([^ ]*\) flavour pcivf.* pfnum \([0-9]*\) vfnum \([0-9]*\) .*/\1 \2 \3/p' >"$OUT/list.devlink"
ask A find representor find "$(vf "$PF2" 3)"
ask A number representor find "$PF2" --vf 3
ask A uplink representor find "$PF2" --uplink

# in use: one VF's link is up
ip link set "$(own "$PF1" 2)" up
ask A refused eswitch set "$PF1" --mode legacy
devlink dev eswitch show "pci/$PF1" >"$OUT/refused.mode"
ask A forced eswitch set "$PF1" --mode legacy --force --json
ip link set "$(own "$PF1" 2)" down
ask A recreated eswitch set "$PF1" --mode switchdev --recreate-vfs --json
ls -d "$PF1"/virtfn* | wc -l >"$OUT/recreated.vfs"

# renaming, all down and all up
since() { echo $(((${EPOCHREALTIME/./} - start))); }
rename() { # down|up: with fastvif and back, and with ip and back
  local links news= pairs= i
  links=($(representors))
  for i in "${!links[@]}"; do
    pairs="$pairs ${links[i]}=rep$i"
    news="$news rep$i"
  done
  start=${EPOCHREALTIME/./}
  ask A rename representor rename $pairs
  echo "$1 fastvif $(since)" >>"$OUT/times"
  ls /sys/class/net >"$OUT/$1.renamed"
  ask A back representor rename --back $news
  state >"$OUT/$1.after"
  start=${EPOCHREALTIME/./}
  for i in "${!links[@]}"; do
    [ "$1" = down ] || ip link set "${links[i]}" down
    ip link set "${links[i]}" name "rep$i"
    [ "$1" = down ] || ip link set "rep$i" up
  done
  echo "$1 ip $(since)" >>"$OUT/times"
  for i in "${!links[@]}"; do
    printf 'link set rep%d down\nlink set rep%d name %s\nlink set %s %s\n' "$i" "$i" "${links[i]}" "${links[i]}" "$1"
  done | ip -batch -
}
state >"$OUT/down.before"
rename down
for link in $(representors); do echo "link set $link up"; done | ip -batch -
state >"$OUT/up.before"
rename up

[ ! -e "$LAB_MODULES/netdevsim.ko" ] || . "$LAB_DIR/guest/netdevsim.sh"

# A signal in the middle of eswitch set: its result goes to a pipe that is full until the signal has come.
mkfifo /run/ended
ln -s /run/ended "$OUT/ended.out"
exec {pipe}<>/run/ended
head -c 65536 /dev/zero >&$pipe
devlink dev eswitch show "pci/$PF2" >"$OUT/ended.before"
begin A ended eswitch set "$PF2" --mode legacy --force --json
for ((i = 0; i < 300; i++)); do
  ! devlink dev eswitch show "pci/$PF2" | grep -q 'mode legacy' || break
  sleep 0.1
done
kill -TERM "$SERVER_A"
for ((i = 0; i < 300; i++)); do
  ! grep -qs end-signal "/proc/$SERVER_A/task/"*/comm || break
  sleep 0.1
done
head -c 65536 <&$pipe >/dev/null
wait "$SERVER_A" && echo 0 >"$OUT/ended.exit" || echo $? >"$OUT/ended.exit"
echo >&$pipe # or nothing at all would be waited for
head -n 1 <&$pipe >"$OUT/ended.line"
rm "$OUT/ended.out"
