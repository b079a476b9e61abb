# source me: serve NAME starts $OUT/fastvif, a server of commands, whose process id is then in SERVER_NAME. ask NAME
# RESULT ARGUMENT... lets it run a command and waits; begin does not wait, and finish does. See CommandServer.
serve() {
  local ask tell
  mkfifo "/run/ask-$1" "/run/tell-$1"
  "$OUT/fastvif" "$OUT" <"/run/ask-$1" >"/run/tell-$1" &
  declare -g "SERVER_$1=$!"
  exec {ask}>"/run/ask-$1" {tell}<"/run/tell-$1"
  declare -g "ASK_$1=$ask" "TELL_$1=$tell"
  rm "/run/ask-$1" "/run/tell-$1"
}
begin() {
  local to="ASK_$1"
  shift
  echo "$*" >&"${!to}"
}
finish() {
  local from="TELL_$1" line
  read -r line <&"${!from}"
}
ask() {
  begin "$@"
  finish "$1"
}
