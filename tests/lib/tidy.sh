# clang-tidy over our own code. Sourced after common.sh; needs a built release preset: its headers, generated and
# precompiled.
#
# A file alone costs 20 seconds, nearly all of them for what it includes. So up to 16 files of a folder are looked at as
# one, as far as they compile as one: a file that does not, for a name that two of them define, waits for the next turn.

# tidy [PREFIX…]: the files whose paths begin so; all of ours without arguments. Prints what it finds; true when that is
# nothing.
tidy() {
  export JZ_ROOT JZ_TIDY=$JZ_ROOT/build/tidy
  export -f tidy_folder
  rm -rf "$JZ_TIDY"
  mkdir -p "$JZ_TIDY"
  tidy_folders "$@" | tr '\n' '\0' | xargs -0 -P "$(nproc)" -n 1 bash -c 'tidy_folder "$1"' -
  cat "$JZ_TIDY"/*.findings | sort -u | tee "$JZ_TIDY/findings"
  [[ ! -s $JZ_TIDY/findings ]]
}

# A line for each folder: its name, options, those of the precompiled header, sources.
tidy_folders() {
  jq -r --arg root "$JZ_ROOT/" '
    def folder: .path | sub("/[^/]*$"; "");
    [.[] | {command, path: .file | ltrimstr($root)}
      | select(.path | test("^(/|build/)") | not)
      | select(.path as $path | $ARGS.positional | . == [] or any(.[]; . as $start | $path | startswith($start)))]
    | group_by(folder)[]
    | [(.[0] | folder),
       ([.[].command | capture("^[^ ]* (?<options>.*) -Winvalid-pch").options | gsub("-isystem "; "-isystem") | gsub("\\\\"; "")
         | split(" ")[] | select(test("^-(W|Xclang|fdiagnostics|fno-pch)") | not)] | unique | join(" ")),
       (.[0].command | capture("(?<header>-Xclang -include-pch .*) -o ").header),
       (map(.path) | unique | join(" "))]
    | @tsv' "$JZ_ROOT/build/release/compile_commands.json" --args "$@"
}

# tidy_folder LINE: its findings go to a file.
tidy_folder() {
  local folder options precompiled sources
  IFS=$'\t' read -r folder options precompiled sources <<<"$1"
  local name=$JZ_TIDY/${folder//\//_} waiting together kept later file errors
  read -ra waiting <<<"$sources"
  cd "$JZ_TIDY" || return
  while ((${#waiting[@]})); do
    together=("${waiting[@]:0:16}") later=()
    while printf "#include \"$JZ_ROOT/%s\"\n" "${together[@]}" >"$name.cc" &&
      ! errors=$(clang++ $options $precompiled -w -ferror-limit=0 -fsyntax-only "$name.cc" 2>&1) &&
      ((${#together[@]} > 1)); do
      kept=("${together[0]}")
      for file in "${together[@]:1}"; do
        if [[ $errors == *"$JZ_ROOT/$file:"*" error: "* ]]; then later+=("$file"); else kept+=("$file"); fi
      done
      # The error is told of a header.
      if ((${#kept[@]} == ${#together[@]})); then later+=("${kept[-1]}") && unset 'kept[-1]'; fi
      together=("${kept[@]}")
    done
    printf '%s: %d files\n' "$folder" "${#together[@]}"
    clang-tidy --quiet --checks=-bugprone-suspicious-include \
      --header-filter="^$JZ_ROOT/(common|services|tests|deploy)/" "$name.cc" -- $options 2>/dev/null |
      grep -E '(warning|error):' | sed "s#$JZ_ROOT/##" >>"$name.findings"
    waiting=("${later[@]}" "${waiting[@]:16}")
  done
}
