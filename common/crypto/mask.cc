#include "common/crypto/mask.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace jz::crypto {
namespace {

// Surnames of two characters; of every other name the first character is shown.
constexpr std::array<const char*, 20> kCompoundSurnames = {
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人",
    "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "慕容"};

bool StartsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

size_t Characters(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

size_t SurnameBytes(absl::string_view name) {
  for (const char* surname : kCompoundSurnames) {
    if (absl::StartsWith(name, surname) && name.size() > 6) return 6;
  }
  size_t end = 1;
  while (end < name.size() && !StartsCharacter(name[end])) ++end;
  return end;
}

// The first `head` and last `tail` characters of a plain ASCII number; one too short to hide
// at least as much as it shows is hidden whole.
std::string KeepEnds(absl::string_view text, size_t head, size_t tail) {
  if (text.size() < head + tail + 3) return std::string(text.size(), '*');
  const size_t hidden = text.size() - head - tail;
  return absl::StrCat(text.substr(0, head), std::string(hidden, '*'),
                      text.substr(text.size() - tail));
}

}  // namespace

std::string MaskCitizenId(absl::string_view id, Purpose purpose) {
  if (purpose == Purpose::kPublicity) return "";
  // The two or four characters after an id make it a disability card, which is health data.
  if (id.size() > 18) id = id.substr(0, 18);
  return KeepEnds(id, 6, 4);
}

std::string MaskPhone(absl::string_view phone, Purpose purpose) {
  if (purpose == Purpose::kPublicity) return "";
  return KeepEnds(phone, 3, 4);
}

std::string MaskAccount(absl::string_view account, Purpose purpose) {
  if (purpose == Purpose::kPublicity || account.empty()) return "";
  if (account.size() < 8) return "****";
  return absl::StrCat("**** ", account.substr(account.size() - 4));
}

std::string MaskName(absl::string_view name, Purpose purpose) {
  if (purpose != Purpose::kList || name.empty()) return std::string(name);
  const size_t shown = SurnameBytes(name);
  return absl::StrCat(name.substr(0, shown), std::string(Characters(name.substr(shown)), '*'));
}

}  // namespace jz::crypto
