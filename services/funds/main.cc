#include "services/funds/app.h"

int main(int argc, char** argv) { return jz::ServiceMain(argc, argv, jz::funds::Spec()); }
