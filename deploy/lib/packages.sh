# Installs what deploy/packages.txt lists and this machine lacks. Sourced after common.sh.

listed_packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$JZ_ROOT/deploy/packages.txt"; }

missing_packages() {
  local package
  for package in $(listed_packages); do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed && continue
    # The name may be provided by another package, such as a Node.js that brings its own npm.
    case $package in nodejs | npm) command -v "${package/nodejs/node}" >/dev/null && continue ;; esac
    echo "$package"
  done
}

install_packages() {
  local missing
  missing=$(missing_packages)
  [[ -z $missing ]] && return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing: $(echo $missing)"
  [[ $(id -u) == 0 ]] || die "run as root once to install: apt-get install $(echo $missing)"
  step "installing $(wc -w <<<"$missing") packages"
  export DEBIAN_FRONTEND=noninteractive
  # A server package must not start its own daemon here: the suite runs private ones.
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get update -q
  # shellcheck disable=SC2086
  apt-get install -y -q --no-install-recommends $missing
  rm -f /usr/sbin/policy-rc.d
  trap - EXIT
}
