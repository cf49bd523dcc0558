# clang-tidy over our own code. Sourced after common.sh; needs a built release preset (the generated headers).

# tidy FILE…: every file of ours without arguments. Prints what it finds; true when that is nothing.
tidy() {
  local folder=$JZ_ROOT/build/tidy
  mkdir -p "$folder"
  # Precompiled headers of GCC mean nothing to clang.
  jq --arg root "$JZ_ROOT" '[.[] | select(.file | startswith($root + "/build/") | not)
    | .command |= (sub("^env [^ ]+ ccache "; "") | sub(" -Winvalid-pch -include [^ ]+"; ""))]' \
    "$JZ_ROOT/build/release/compile_commands.json" >"$folder/compile_commands.json"
  (cd "$JZ_ROOT" && run-clang-tidy -quiet -p "$folder" -j "$(nproc)" "$@" 2>/dev/null) |
    grep -E '(warning|error):' | sort -u | tee "$folder/findings"
  [[ ! -s $folder/findings ]]
}
