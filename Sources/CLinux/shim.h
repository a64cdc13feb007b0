// Calls of Linux that Swift's Glibc module does not show. No header is included: its types would become this module's.
#ifndef COFFER_CLINUX_SHIM_H
#define COFFER_CLINUX_SHIM_H

extern int fallocate(int descriptor, int mode, long offset, long length);

// Gives the blocks of a range back to the file system and leaves the file's size alone, see fallocate(2):
// FALLOC_FL_KEEP_SIZE is 1, FALLOC_FL_PUNCH_HOLE is 2.
static inline int coffer_punch_hole(int descriptor, long offset, long length) {
    return fallocate(descriptor, 1 | 2, offset, length);
}

#endif
