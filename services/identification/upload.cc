#include "services/identification/upload.h"

#include <openssl/evp.h>

#include "services/identification/store/import_file_store.h"

namespace jz::identification {

struct FileDigest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

FileDigest::FileDigest() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}

FileDigest::~FileDigest() = default;

void FileDigest::Add(absl::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string FileDigest::Finish() {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.data()), &size);
  digest.resize(size);
  return digest;
}

absl::Status ClaimFile(sql::Transaction& tx, jobs::JobId job, const ImportPurpose& purpose,
                       absl::string_view digest) {
  FileDigest key;
  key.Add(purpose);
  key.Add(digest);
  JZ_ASSIGN_OR_RETURN(int64_t other, ClaimImportFile(tx, key.Finish(), job.value()));
  if (other == 0) return absl::OkStatus();
  return AlreadyExists("IMPORT_UNDER_WAY", {{"job", jobs::JobId(other).Name()}},
                       "the same file is being imported");
}

}  // namespace jz::identification
