#include "services/identification/app.h"

int main(int argc, char** argv) { return jz::ServiceMain(argc, argv, jz::identification::Spec()); }
