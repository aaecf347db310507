// rtnetlink(7): the messages' layouts and numbers, as the kernel's own headers have them, and the socket.
#ifndef SKEP_NETLINK_H
#define SKEP_NETLINK_H

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

// IFF_UP, which is in two headers that can't be read together.
enum { SKEP_NETLINK_UP = 1 };

// A NETLINK_ROUTE socket, close-on-exec: of the network namespace that `network_namespace` is open on, or, with -1, of
// the calling thread's own. The kernel's errors come with its words where it has some, and without the request.
//
// The calling thread is in that namespace for as long as it takes to make a socket. One that could not come back ends
// the program, rather than go on in somebody else's network.
int skep_netlink_open(int network_namespace);

// Whether a descriptor is open on a namespace (and not on the plain file that one was mounted on).
int skep_netlink_is_namespace(int fd);

#endif
