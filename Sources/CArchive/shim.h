#pragma once
#include <archive.h>
#include <archive_entry.h>

// Macros with casts do not import into Swift.
static const unsigned int tallyman_AE_IFMT = AE_IFMT;
static const unsigned int tallyman_AE_IFREG = AE_IFREG;
static const unsigned int tallyman_AE_IFLNK = AE_IFLNK;
static const unsigned int tallyman_AE_IFDIR = AE_IFDIR;
