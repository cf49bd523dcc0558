# buf comes from npm, pinned; into build/, because it is a tool and no part of the suite. Sourced after common.sh.
BUF=$JZ_ROOT/build/tools/node_modules/.bin/buf

install_buf() {
  [[ -x $BUF ]] && return 0
  mkdir -p "$JZ_ROOT/build/tools"
  npm install --silent --no-fund --no-audit --prefix "$JZ_ROOT/build/tools" @bufbuild/buf@1.75.0 || die "buf cannot be installed"
}
