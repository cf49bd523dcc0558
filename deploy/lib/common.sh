# Shared by the scripts in deploy/ and tests/. Sourced, never run.
set -euo pipefail

JZ_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
JZ_VAR=${JZ_VAR:-$JZ_ROOT/var}
JZ_BUILD=${JZ_BUILD:-$JZ_ROOT/build/release}
JZ_BIN=$JZ_BUILD/bin
JZ_SERVICES=(identification assistance funds evaluation)

say() { printf '%s\n' "$*"; }
step() { printf '\033[1m==>\033[0m %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# The ports of a suite, all on loopback, from one base: edge, gateway, then a gRPC and a metrics port for
# each service. JZ_PORT_BASE or --port-base moves them all, so that suites can stand side by side.
set_ports() {
  JZ_PORT_BASE=${JZ_PORT_BASE:-8440}
  [[ $JZ_PORT_BASE =~ ^[0-9]+$ ]] && ((JZ_PORT_BASE >= 1024 && JZ_PORT_BASE <= 65500)) ||
    die "the port base must be a number from 1024 to 65500, not '$JZ_PORT_BASE'"
  PORT_EDGE=$((JZ_PORT_BASE + 3))
  PORT_GATEWAY=$((JZ_PORT_BASE + 4))
  PORT_GATEWAY_METRICS=$((JZ_PORT_BASE + 5))
  declare -gA PORT_GRPC PORT_METRICS
  local next=$((JZ_PORT_BASE + 10)) service
  for service in "${JZ_SERVICES[@]}"; do
    PORT_GRPC[$service]=$next
    PORT_METRICS[$service]=$((next + 1))
    next=$((next + 2))
  done
}

# Says which port is taken before anything is installed or built.
check_ports() {
  local service
  free_port "$PORT_EDGE" edge nginx.conf
  free_port "$PORT_GATEWAY" gateway jz_gateway
  free_port "$PORT_GATEWAY_METRICS" gateway jz_gateway
  for service in "${JZ_SERVICES[@]}"; do
    free_port "${PORT_GRPC[$service]}" "$service" "jz_$service"
    free_port "${PORT_METRICS[$service]}" "$service" "jz_$service"
  done
}
free_port() { # free_port PORT NAME MATCH: or taken by our own process NAME
  running "$2" "$3" || ! port_open "$1" ||
    die "port $1 (for $2) is taken by another program; stop it or choose other ports: deploy/up --port-base N"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

pid_of() { cat "$JZ_VAR/run/$1.pid" 2>/dev/null || true; }

# A process counts as ours while its pid lives and still runs the program that we started.
running() {
  local pid
  pid=$(pid_of "$1")
  [[ -n $pid && -r /proc/$pid/cmdline ]] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$2"
}

# start NAME PORT MATCH COMMAND…: runs a server in the background, its output in var/log/NAME.log, and waits until it
# listens on PORT. Does nothing when it runs already.
start() {
  local name=$1 port=$2 match=$3
  shift 3
  running "$name" "$match" && return 0
  port_open "$port" && die "port $port (for $name) is taken by another program; stop it or choose other ports: deploy/up --port-base N"
  setsid "$@" >>"$JZ_VAR/log/$name.log" 2>&1 </dev/null &
  local pid=$! tries
  echo "$pid" >"$JZ_VAR/run/$name.pid"
  for ((tries = 0; tries < 300; tries++)); do
    port_open "$port" && return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$JZ_VAR/log/$name.log" >&2
  die "$name did not start; see $JZ_VAR/log/$name.log"
}

# stop NAME MATCH: SIGTERM, and SIGKILL after 20 s.
stop() {
  local pid tries
  running "$1" "$2" || { rm -f "$JZ_VAR/run/$1.pid"; return 0; }
  pid=$(pid_of "$1")
  kill "$pid"
  for ((tries = 0; tries < 200; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  if kill -0 "$pid" 2>/dev/null; then kill -9 "$pid"; fi
  rm -f "$JZ_VAR/run/$1.pid"
}
