#include "services/evaluation/app.h"

int main(int argc, char** argv) { return jz::ServiceMain(argc, argv, jz::evaluation::Spec()); }
