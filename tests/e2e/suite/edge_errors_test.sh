# What the edge answers by itself, without asking a service: callers of REST get problem JSON as from the gateway,
# callers of gRPC a status.
source "$JZ_SOURCE_DIR/tests/lib/suite.sh"
up

list=/v1/identification/households?regionCode=230221101000
trace=0123456789abcdef0123456789abcdef
traced=$trace
# problem STATUS REASON [curl options]: a GET of $list is refused so.
problem() {
  local status=$1 reason=$2
  shift 2
  rest province-viewer GET "$list" -D "$JZ_VAR/headers" -H "traceparent: 00-$trace-0123456789abcdef-01" "$@" >/dev/null
  expect "$reason" "$(<"$JZ_VAR/status") $(jq -r .reason "$JZ_VAR/body")" "$status $reason"
  grep -qi '^content-type: application/problem+json' "$JZ_VAR/headers" || fail "$reason: $(<"$JZ_VAR/headers")"
  expect "$reason: the members of a problem" "$(jq -c 'keys' "$JZ_VAR/body")" "$members"
  expect "$reason: type" "$(jq -r .type "$JZ_VAR/body")" "urn:jingzhun:problem:edge.jingzhun:$reason"
  expect "$reason: status" "$(jq .status "$JZ_VAR/body")" "$status"
  [[ $(jq -r .instance "$JZ_VAR/body") == $traced ]] || fail "$reason: trace $(<"$JZ_VAR/body")"
}
# grpc STATUS [curl options]: an answer without messages, which says this grpc-status.
grpc() {
  local status=$1
  shift
  curl --silent --http2 --cacert "$JZ_VAR/tls/ca.pem" -D "$JZ_VAR/headers" -o "$JZ_VAR/body" -X POST -H 'te: trailers' \
    -H 'content-type: application/grpc' -H "Authorization: Bearer $(token province-viewer)" "$@" \
    "$EDGE/jingzhun.identification.v1.RegisterService/GetHousehold" || true
  expect "grpc $status: HTTP" "$(head -n 1 "$JZ_VAR/headers" | tr -d '\r ')" HTTP/2200
  expect "grpc-status" "$(sed -n 's/^grpc-status: *//p' "$JZ_VAR/headers" | tr -d '\r')" "$status"
  grep -qi '^content-type: application/grpc' "$JZ_VAR/headers" || fail "grpc $status: $(<"$JZ_VAR/headers")"
  [[ ! -s $JZ_VAR/body ]] || fail "grpc $status: there is a body"
}
# reconfigure SED-EXPRESSION: the edge goes on with another configuration.
reconfigure() {
  local edge before tries
  edge=$(pid_of edge)
  before=$(pgrep -P "$edge")
  sed -i "$1" "$JZ_VAR/edge/nginx.conf"
  kill -HUP "$edge"
  # The workers of before answer until those of now are there.
  for ((tries = 0; tries < 600; tries++)); do
    pgrep -P "$edge" | grep -qxF "$before" || return 0
    sleep 0.05
  done
  fail "the edge keeps its workers"
}

# The same members as a problem of the gateway.
rest province-viewer GET /v1/nothing >/dev/null
members=$(jq -c 'keys' "$JZ_VAR/body")

# A deadline that is over, none that can be read, one that is far too long.
call=$(printf '\0\0\0\0\0' | base64)
grpc_in() { base64 -d <<<"$call" | grpc "$1" -H "grpc-timeout: $2" --data-binary @-; }
grpc_in 4 1n
grpc_in 3 soon
grpc_in 3 99999999H

huge="content-length: 3000000000"
problem 413 BODY_TOO_LARGE -X POST -H "$huge" --data-binary x
grpc 8 -H "$huge" --data-binary x
problem 405 METHOD_NOT_ALLOWED -X TRACE
traced="????????????????????????????????"  # the edge did not come to the headers
problem 414 URI_TOO_LONG --http1.1 -G --data-urlencode "pageToken=$(head -c 20000 /dev/zero | tr '\0' a)" -X GET
problem 431 HEADER_TOO_LARGE --http1.1 -H "x-long: $(head -c 20000 /dev/zero | tr '\0' a)"
traced=$trace
curl --silent -o "$JZ_VAR/body" -w '%{http_code}' "http://localhost:$PORT_EDGE$list" >"$JZ_VAR/status"
expect "without TLS" "$(<"$JZ_VAR/status") $(jq -r .reason "$JZ_VAR/body")" "400 REQUEST_MALFORMED"

# Bytes that are no request, to every port.
for port in "$PORT_EDGE" "$PORT_GATEWAY" "$PORT_GATEWAY_METRICS" "${PORT_GRPC[@]}" "${PORT_METRICS[@]}"; do
  (head -c 5000 /dev/urandom >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || true
  (printf 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n%5000d' 0 >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || true
done
for service in "${JZ_SERVICES[@]}" gateway; do running "$service" "jz_$service" || fail "$service ended"; done
rest province-viewer GET "$list" >/dev/null
expect "after bytes that are no request" "$(<"$JZ_VAR/status")" 200

# One call more than the limit: the first is held open by a body that does not end. The edge counts a call before it
# asks for the body, so "100 Continue" says that the place is taken.
reconfigure 's/limit_conn caller 512/limit_conn caller 1/'
mkfifo "$JZ_VAR/body.fifo"
exec {body}<>"$JZ_VAR/body.fifo"
holder=
for ((tries = 0; tries < 600; tries++)); do
  # Not begun, or refused because a call of before had not ended.
  if [[ -z $holder ]] || ! kill -0 "$holder" 2>/dev/null; then
    curl --silent --http1.1 --cacert "$JZ_VAR/tls/ca.pem" -H 'Expect: 100-continue' --expect100-timeout 60 \
      -D "$JZ_VAR/held" -o /dev/null -T "$JZ_VAR/body.fifo" "$EDGE/healthz" {body}>&- >/dev/null 2>&1 &
    holder=$!
  fi
  grep -q '^HTTP/1.1 100' "$JZ_VAR/held" 2>/dev/null && break
  sleep 0.05
done
problem 429 TOO_MANY_CALLS
expect "when to come back" "$(sed -n 's/^retry-after: *//Ip' "$JZ_VAR/headers" | tr -d '\r')" 1
grpc 8 --data-binary ''
kill "$holder"
exec {body}>&-
reconfigure 's/limit_conn caller 1;/limit_conn caller 512;/'

for service in identification gateway; do kill -STOP "$(pid_of "$service")"; done
reconfigure 's/_read_timeout 3600s/_read_timeout 1s/'
problem 504 GATEWAY_TIMEOUT
grpc 4 --data-binary ''
for service in identification gateway; do
  kill -CONT "$(pid_of "$service")"
  kill -9 "$(pid_of "$service")"
done
problem 502 GATEWAY_UNREACHABLE
expect "when to come back" "$(sed -n 's/^retry-after: *//Ip' "$JZ_VAR/headers" | tr -d '\r')" 1
grpc 14 --data-binary ''

up >/dev/null
rest province-viewer GET "$list" >/dev/null
expect "the suite is whole again" "$(<"$JZ_VAR/status")" 200
echo "the edge's own errors are those of the suite"
