#include "common/config/config.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/status/status.h"

namespace jz::config {
namespace {

std::string EnvironmentName(absl::string_view name) {
  return absl::StrCat("JZ_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool ParseSwitch(absl::string_view text, bool* out) {
  const bool yes = text == "true" || text == "1" || text == "yes" || text == "on";
  const bool no = text == "false" || text == "0" || text == "no" || text == "off";
  if (yes || no) *out = yes;
  return yes || no;
}

}  // namespace

Options::Options(absl::string_view program) : program_(program) {}

void Options::Text(absl::string_view name, std::string* out, absl::string_view fallback,
                   absl::string_view help) {
  *out = std::string(fallback);
  Option option;
  option.name = std::string(name);
  option.help = std::string(help);
  option.shown = fallback.empty() ? "" : absl::StrCat("default ", fallback);
  option.set = [out](absl::string_view text) {
    *out = std::string(text);
    return std::string();
  };
  option.show = [out] { return Quoted(*out); };
  options_.push_back(std::move(option));
}

void Options::Required(absl::string_view name, std::string* out, absl::string_view help) {
  Text(name, out, "", help);
  options_.back().required = true;
  options_.back().shown = "required";
}

void Options::Secret(absl::string_view name, std::string* out, absl::string_view help) {
  Text(name, out, "", help);
  options_.back().secret = true;
  options_.back().shown =
      absl::StrCat("secret; better given as ", EnvironmentName(name), " than on the command line");
  options_.back().show = [out] { return Quoted(out->empty() ? "" : "***"); };
}

void Options::Number(absl::string_view name, int* out, int fallback, int least, int most,
                     absl::string_view help) {
  *out = fallback;
  Option option;
  option.name = std::string(name);
  option.help = std::string(help);
  option.shown = absl::StrCat(least, " to ", most, ", default ", fallback);
  option.set = [=](absl::string_view text) {
    int value = 0;
    if (!absl::SimpleAtoi(text, &value) || value < least || value > most) {
      return absl::StrCat("is a whole number from ", least, " to ", most);
    }
    *out = value;
    return std::string();
  };
  option.show = [out] { return absl::StrCat(*out); };
  options_.push_back(std::move(option));
}

void Options::Duration(absl::string_view name, absl::Duration* out, absl::Duration fallback,
                       absl::Duration least, absl::Duration most, absl::string_view help) {
  *out = fallback;
  Option option;
  option.name = std::string(name);
  option.help = std::string(help);
  option.shown = absl::StrCat(absl::FormatDuration(least), " to ", absl::FormatDuration(most),
                              ", default ", absl::FormatDuration(fallback));
  option.set = [=](absl::string_view text) {
    absl::Duration value;
    if (!absl::ParseDuration(text, &value) || value < least || value > most) {
      return absl::StrCat("is a duration like 1m30s from ", absl::FormatDuration(least), " to ",
                          absl::FormatDuration(most));
    }
    *out = value;
    return std::string();
  };
  option.show = [out] { return Quoted(absl::FormatDuration(*out)); };
  options_.push_back(std::move(option));
}

void Options::Switch(absl::string_view name, bool* out, absl::string_view help) {
  *out = false;
  Option option;
  option.name = std::string(name);
  option.help = std::string(help);
  option.takes_value = false;
  option.set = [out](absl::string_view text) {
    return std::string(ParseSwitch(text, out) ? "" : "is true or false");
  };
  option.show = [out] { return std::string(*out ? "true" : "false"); };
  options_.push_back(std::move(option));
}

std::string Options::Help() const {
  std::string text = absl::StrCat("Usage: ", program_, " [options]\n\n",
                                  "Each option can also come from the environment: ",
                                  "--some-name as JZ_SOME_NAME. Flags come first.\n\n");
  for (const Option& option : options_) {
    const std::string flag = absl::StrCat("--", option.name, option.takes_value ? " VALUE" : "");
    absl::StrAppendFormat(&text, "  %-28s %s", flag, option.help);
    if (!option.shown.empty()) absl::StrAppend(&text, " (", option.shown, ")");
    text += '\n';
  }
  return text;
}

const Options::Option* Options::Find(absl::string_view name) const {
  for (const Option& option : options_) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

Options::Given Options::ReadFlags(int argc, const char* const* argv,
                                  std::vector<std::string>& errors) const {
  Given given;
  for (int i = 1; i < argc; ++i) {
    absl::string_view text = argv[i];
    if (!absl::ConsumePrefix(&text, "--")) {
      // Not quoted in full: a misplaced word may be a secret.
      errors.push_back(absl::StrCat("argument ", i, " is not an option"));
      continue;
    }
    const size_t equals = text.find('=');
    const std::string name(text.substr(0, equals));
    const Option* option = Find(name);
    const bool has_value = equals != absl::string_view::npos;
    const bool value_follows = i + 1 < argc && !absl::StartsWith(argv[i + 1], "--");
    std::string value = has_value ? std::string(text.substr(equals + 1)) : "true";
    if (option == nullptr) {
      errors.push_back(absl::StrCat("--", name, " is not known"));
      if (!has_value && value_follows) ++i;  // most likely its value
      continue;
    }
    if (!has_value && option->takes_value) {
      if (!value_follows) {
        errors.push_back(absl::StrCat("--", name, " has no value"));
        given[name];
        continue;
      }
      value = argv[++i];
    }
    if (given.contains(name)) errors.push_back(absl::StrCat("--", name, " is given twice"));
    given[name] = value;
  }
  return given;
}

absl::Status Options::Parse(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (absl::string_view(argv[i]) != "--help") continue;
    std::fputs(Help().c_str(), stdout);
    std::fflush(stdout);
    std::exit(0);
  }
  std::vector<std::string> errors;
  const Given flags = ReadFlags(argc, argv, errors);
  for (const Option& option : options_) {
    auto flag = flags.find(option.name);
    const char* environment = std::getenv(EnvironmentName(option.name).c_str());
    std::optional<std::string> value;
    if (environment != nullptr) value = environment;
    if (flag != flags.end()) {
      if (!flag->second.has_value()) continue;  // reported above
      value = flag->second;
    }
    if (!value.has_value() || (option.required && value->empty())) {
      if (option.required) errors.push_back(absl::StrCat("--", option.name, " is required"));
      continue;
    }
    std::string error = option.set(*value);
    if (!error.empty()) errors.push_back(absl::StrCat("--", option.name, " ", error));
  }
  if (errors.empty()) return absl::OkStatus();
  return InvalidArgument("CONFIG_INVALID", {},
                         absl::StrCat(absl::StrJoin(errors, "; "), ". See ", program_, " --help"));
}

std::string Options::Printed() const {
  return absl::StrCat("{",
                      absl::StrJoin(options_, ",",
                                    [](std::string* out, const Option& option) {
                                      absl::StrAppend(out, Quoted(option.name), ":", option.show());
                                    }),
                      "}");
}

}  // namespace jz::config
