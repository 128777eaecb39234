/* version.h - the version of libseawall's public headers. */
#ifndef SEAWALL_VERSION_H
#define SEAWALL_VERSION_H

#define SEAWALL_VERSION "0.1.0"

#endif
