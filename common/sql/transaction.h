// A transaction on one connection. Internal to common/sql.
#pragma once

#include "common/sql/connection.h"
#include "common/sql/database.h"

namespace jz::sql {

// After an error that cost the transaction, every further statement fails with the same error and
// nothing can be committed, whatever the body makes of it.
class ConnectionTransaction : public Transaction {
 public:
  ConnectionTransaction(Connection& connection, absl::Time deadline)
      : connection_(connection), deadline_(deadline) {}

  absl::StatusOr<int64_t> Execute(absl::string_view sql, const Values& values) override;
  absl::Status Query(absl::string_view sql, const Values& values,
                     absl::FunctionRef<void(const Row&)> each) override;
  absl::StatusOr<int64_t> InsertRows(absl::string_view head, int columns, const Values& rows,
                                     absl::string_view tail) override;
  absl::Time deadline() const override { return deadline_; }

  // OK while the transaction can go on.
  const absl::Status& failure() const { return failure_; }
  ErrorClass failure_class() const { return failure_class_; }
  // Whether there may be anything to commit or roll back.
  bool used() const { return used_; }

  // For the loop around the transaction: as if a statement had failed so.
  absl::Status Fail(const DatabaseError& error, absl::string_view statement);

 private:
  absl::Status Begin();  // before each statement
  absl::Status CheckSize(absl::Span<const Value> values) const;
  absl::StatusOr<int64_t> ExecuteSpan(absl::string_view sql, absl::Span<const Value> values);

  Connection& connection_;
  const absl::Time deadline_;
  bool used_ = false;
  absl::Status failure_;
  ErrorClass failure_class_ = ErrorClass::kStatement;
};

}  // namespace jz::sql
