# Starting and stopping the suite's own processes. Sourced after common.sh, secrets.sh and database.sh.

# Flags of one service, one a line.
service_flags() {
  local service=$1 peer
  cat <<FLAGS
--listen=127.0.0.1:${PORT_GRPC[$service]}
--metrics-listen=127.0.0.1:${PORT_METRICS[$service]}
--db-socket=$DB_SOCKET
--db-user=jz_$service
--db-schema=jz_$service
--key-directory=$JZ_VAR/keys
--roles-file=$JZ_ROOT/common/auth/roles.json
--sealing-keys-file=$SECRETS/$service.sealing
--page-key-file=$SECRETS/$service.page
--token-file=$JZ_VAR/tokens/service
--keep-answers=8760h
FLAGS
  case $service in
    assistance | funds) echo "--identification-target=127.0.0.1:${PORT_GRPC[identification]}" ;;
    evaluation)
      for peer in identification assistance funds; do
        echo "--$peer-target=127.0.0.1:${PORT_GRPC[$peer]}"
      done
      ;;
  esac
}

migrate_service() {
  local flags
  mapfile -t flags < <(service_flags "$1")
  JZ_DB_PASSWORD=$(<"$SECRETS/$1.database") "$JZ_BIN/jz_$1" "${flags[@]}" --migrate >>"$JZ_VAR/log/$1.log" 2>&1 ||
    die "the migration of $1 failed; see $JZ_VAR/log/$1.log"
}

start_service() {
  local flags
  mapfile -t flags < <(service_flags "$1")
  JZ_DB_PASSWORD=$(<"$SECRETS/$1.database") start "$1" "${PORT_GRPC[$1]}" "jz_$1" "$JZ_BIN/jz_$1" "${flags[@]}"
}

start_gateway() {
  local service targets=""
  for service in "${JZ_SERVICES[@]}"; do
    targets+=${targets:+,}$service=127.0.0.1:${PORT_GRPC[$service]}
  done
  start gateway "$PORT_GATEWAY" jz_gateway "$JZ_BIN/jz_gateway" --listen="127.0.0.1:$PORT_GATEWAY" \
    --metrics-listen="127.0.0.1:$PORT_GATEWAY_METRICS" --descriptors="$JZ_BIN/jingzhun.binpb" --targets="$targets"
}

start_edge() {
  local conf=$JZ_VAR/edge/nginx.conf user_line="" listen6="" service before=""
  mkdir -p "$JZ_VAR/edge"
  [[ -e $conf ]] && before=$(<"$conf")
  grep -qE '^0{31}1 ' /proc/net/if_inet6 2>/dev/null && listen6="listen [::1]:$PORT_EDGE ssl http2;"
  [[ $(id -u) == 0 ]] && user_line="user root;"
  sed -e "s|@VAR@|$JZ_VAR|g" -e "s|@EDGE@|$PORT_EDGE|g" -e "s|@GATEWAY@|$PORT_GATEWAY|g" -e "s|@USER@|$user_line|" -e "s|@LISTEN6@|$listen6|" \
    "$JZ_ROOT/deploy/edge/nginx.conf" >"$conf"
  for service in "${JZ_SERVICES[@]}"; do
    sed -i "s|@${service^^}@|${PORT_GRPC[$service]}|g" "$conf"
  done
  if [[ -n $before && $before != "$(<"$conf")" ]] && running edge "$conf"; then kill -HUP "$(pid_of edge)"; fi
  start edge "$PORT_EDGE" "$conf" nginx -p "$JZ_VAR/edge" -c "$conf" -g 'daemon off;'
}

start_suite() {
  local service
  for service in "${JZ_SERVICES[@]}"; do start_service "$service"; done
  start_gateway
  start_edge
}

stop_suite() {
  local i
  stop edge "$JZ_VAR/edge/nginx.conf"
  stop gateway jz_gateway
  for ((i = ${#JZ_SERVICES[@]} - 1; i >= 0; i--)); do stop "${JZ_SERVICES[i]}" "jz_${JZ_SERVICES[i]}"; done
}
