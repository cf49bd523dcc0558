# Builds a preset. Sourced after common.sh.

# build PRESET TARGET…: configures once, then builds the targets (all without any).
build() {
  local preset=$1
  shift
  export CCACHE_DIR=${CCACHE_DIR:-$JZ_ROOT/.cache/ccache} CCACHE_BASEDIR=$JZ_ROOT CCACHE_NOHASHDIR=1
  if [[ ! -e $JZ_ROOT/build/$preset/build.ninja ]]; then
    local log
    log=$(mktemp)
    (cd "$JZ_ROOT" && cmake --preset "$preset" >"$log" 2>&1) || {
      cat "$log" >&2
      rm -f "$log"
      die "cmake --preset $preset failed"
    }
    rm -f "$log"
  fi
  if (($#)); then
    cmake --build "$JZ_ROOT/build/$preset" --target "$@"
  else
    cmake --build "$JZ_ROOT/build/$preset"
  fi
}
