// A process that serves items until its standard input ends, for tests that kill it.
// item_process SOCKET SCHEMA; prints its port and a token.
#include <unistd.h>

#include <cstdio>

#include "tests/bench/frame/item_server.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  jz::sql::DatabaseOptions options;
  options.socket = argv[1];
  options.schema = argv[2];
  options.user = "root";
  const auto db = jz::sql::Database::Open(options);
  if (!db.ok()) return 1;
  const jz::bench::ItemServer server(**db);
  std::printf("%d %s\n", server.port(), server.Token().c_str());
  std::fflush(stdout);
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
