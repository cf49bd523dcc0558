# Writes one .cc with the text of a file as a function's answer. Called by jz_embed_text.
file(READ ${FILE} text)
file(WRITE ${OUT} "#include \"absl/strings/string_view.h\"\n\nnamespace ${NAMESPACE} {\n\n"
  "absl::string_view ${FUNCTION}() {\n  return R\"jztext(${text})jztext\";\n}\n\n"
  "}  // namespace ${NAMESPACE}\n")
