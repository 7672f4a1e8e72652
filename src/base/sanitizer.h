/* Whether AddressSanitizer watches: it can only see the ends and the lifetimes of what it makes
 * itself, so nothing is kept for reuse then. */
#ifndef NDSTREAM_BASE_SANITIZER_H
#define NDSTREAM_BASE_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define NDI_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NDI_UNDER_ASAN 1
#endif
#endif
#ifndef NDI_UNDER_ASAN
#define NDI_UNDER_ASAN 0
#endif

#endif
