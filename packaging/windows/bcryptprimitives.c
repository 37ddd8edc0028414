// For try.sh only, never shipped: Wine 8 lacks this library, and Go 1.26 does not start without it.
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T n) { return RtlGenRandom(to, (ULONG)n); }
