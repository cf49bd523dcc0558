// Counts the calls inside the server and closes for a drain.
#pragma once

#include <condition_variable>
#include <mutex>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"

namespace jz::rpc {

// Thread-safe.
class Gate {
 public:
  // A call that is told of a drain: a stream, which would not end by itself.
  class Stream {
   public:
    virtual void OnDrain() = 0;

   protected:
    ~Stream() = default;
  };

  // Counts a call, also when the gate is closed; each Enter is followed by one Leave. True while
  // open.
  [[nodiscard]] bool Enter();
  void Leave();

  // Until Remove, a drain calls OnDrain (at once when the gate is closed already).
  void Add(Stream& stream);
  void Remove(Stream& stream);

  void Close();
  // True when no call was left before `timeout` passed.
  bool WaitEmpty(absl::Duration timeout);

 private:
  std::mutex mutex_;
  std::condition_variable emptied_;
  bool closed_ = false;
  int inside_ = 0;
  absl::flat_hash_set<Stream*> streams_;
};

}  // namespace jz::rpc
