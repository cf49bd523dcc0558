#include "services/assistance/app.h"

int main(int argc, char** argv) { return jz::ServiceMain(argc, argv, jz::assistance::Spec()); }
