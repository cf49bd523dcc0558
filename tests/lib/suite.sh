# A suite of its own for a test: data, keys and ports apart from any other, gone when the test ends. Sourced.
set -euo pipefail
source "$JZ_SOURCE_DIR/deploy/lib/common.sh"

JZ_VAR=$(mktemp -d "${TMPDIR:-/tmp}/jz-suite.XXXXXX")
JZ_BUILD=$(dirname "$JZ_BIN_DIR")
JZ_BIN=$JZ_BIN_DIR
export JZ_VAR JZ_BUILD JZ_PORT_BASE

# A block of 20 free ports, searched from a place that differs from process to process.
free_port_base() {
  local base port tries
  for ((tries = 0; tries < 200; tries++)); do
    base=$((20000 + (($$ * 37 + tries * 20) % 10000)))
    for ((port = base; port < base + 20; port++)); do
      if port_open "$port"; then continue 2; fi
    done
    echo "$base"
    return 0
  done
  die "no free block of ports"
}
JZ_PORT_BASE=$(free_port_base)
set_ports
for part in secrets database services; do source "$JZ_ROOT/deploy/lib/$part.sh"; done

end_suite() {
  local code=$?
  set +e
  if ((code != 0)); then
    for log in "$JZ_VAR"/log/*.log; do
      printf -- '--- %s\n' "$log" && grep -vE '"severity":"info"' "$log" | tail -n 15
    done
  fi
  stop_suite
  stop mariadb mariadbd
  rm -rf "$JZ_VAR"
}
trap end_suite EXIT

up() { JZ_SKIP_BUILD=1 "$JZ_ROOT/deploy/up" --no-install --no-demo "$@"; }

EDGE=https://localhost:$PORT_EDGE
token() { cat "$JZ_VAR/tokens/$1"; }
# rest WHO METHOD PATH [curl options]: the body to standard output, the status code into $JZ_VAR/status.
rest() {
  local who=$1 method=$2 path=$3
  shift 3
  curl --silent --show-error --cacert "$JZ_VAR/tls/ca.pem" -X "$method" -H "Authorization: Bearer $(token "$who")" \
    -o "$JZ_VAR/body" -w '%{http_code}' "$@" "$EDGE$path" >"$JZ_VAR/status"
  cat "$JZ_VAR/body"
}

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
# expect WHAT ACTUAL WANTED
expect() { [[ $2 == "$3" ]] || fail "$1: got '$2', wanted '$3'"; }
