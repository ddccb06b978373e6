/* A line between two network namespaces: two TUN devices, a rate, a delay, and loss.
 *
 *   line NAMESPACE_A NAMESPACE_B
 *
 * Each line on standard input sets it: "<delay in us, one way> <bit/s> <lost packets in a million>".
 * It ends with its input. The devices are named `line` and end with it.
 *
 * Packets may be as large as the kernel likes (TSO), so that a fast line costs little CPU. Time on
 * the wire and loss are counted by segments of gso_size. Where packets are to be lost the kernel
 * cuts them itself, so that only one segment is lost at a time.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
    LARGEST = 66 * 1024, /* a packet with its header */
    SLOTS = 8192,        /* packets on their way, in one direction; a power of two */
    BUFFER_BYTES = 6250000, /* 50 ms of 1 Gbit/s wait before the line; more are dropped at its door */
    WIRE_BYTES = 38,     /* Ethernet around each segment: preamble, header, checksum, gap */
    HEADERS = 52,        /* IPv4 and TCP with timestamps, repeated in each segment */
};

static _Atomic int64_t delay_ns, bits_per_second = 1000000000, lost_in_a_million;

struct packet { int64_t due; uint32_t length; unsigned char *bytes; };
struct direction {
    int from, to;
    struct packet ring[SLOTS];
    _Atomic uint32_t head, tail; /* head is written by the reader, tail by the writer */
    pthread_mutex_t lock;
    pthread_cond_t filled;
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) { perror(what); exit(1); }

static int64_t wire_bytes(const unsigned char *packet, uint32_t length) {
    const struct virtio_net_hdr *header = (const void *)packet;
    int64_t size = length - sizeof *header, segments = 1;
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE && header->gso_size)
        segments = (size - HEADERS + header->gso_size - 1) / header->gso_size;
    return size + (segments - 1) * HEADERS + segments * WIRE_BYTES;
}

/* Takes packets in, and says when each leaves at the other end. */
static void *take(void *given) {
    struct direction *d = given;
    static _Thread_local unsigned seed;
    int64_t free_at = 0;
    seed = (unsigned)(uintptr_t)d;
    for (;;) {
        uint32_t head = atomic_load(&d->head);
        struct packet *p = &d->ring[head % SLOTS];
        ssize_t length = read(d->from, p->bytes, LARGEST);
        if (length <= 0) die("read");
        int64_t at = now(), rate = atomic_load(&bits_per_second);
        if (free_at < at) free_at = at;
        int full = head - atomic_load(&d->tail) >= SLOTS - 1;
        int overflows = (free_at - at) * rate / 8 / 1000000000 > BUFFER_BYTES;
        if (full || overflows || rand_r(&seed) % 1000000 < atomic_load(&lost_in_a_million)) continue;
        free_at += wire_bytes(p->bytes, length) * 8 * 1000000000 / rate;
        p->due = free_at + atomic_load(&delay_ns);
        p->length = length;
        pthread_mutex_lock(&d->lock);
        atomic_store(&d->head, head + 1);
        pthread_cond_signal(&d->filled);
        pthread_mutex_unlock(&d->lock);
    }
    return NULL;
}

static void *deliver(void *given) {
    struct direction *d = given;
    for (;;) {
        uint32_t tail = atomic_load(&d->tail);
        pthread_mutex_lock(&d->lock);
        while (atomic_load(&d->head) == tail) pthread_cond_wait(&d->filled, &d->lock);
        pthread_mutex_unlock(&d->lock);
        struct packet *p = &d->ring[tail % SLOTS];
        int64_t due = p->due;
        struct timespec until = {due / 1000000000, due % 1000000000};
        if (due > now()) clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        ssize_t written = write(d->to, p->bytes, p->length);
        (void)written; /* a device that is down loses it, as a line does */
        atomic_store(&d->tail, tail + 1);
    }
    return NULL;
}

static int tun_in(const char *name) {
    char path[300];
    struct ifreq wish = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    snprintf(path, sizeof path, "/run/netns/%s", name);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET)) die(path);
    int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tun < 0) die("/dev/net/tun");
    strcpy(wish.ifr_name, "line");
    if (ioctl(tun, TUNSETIFF, &wish)) die("TUNSETIFF");
    close(space);
    return tun;
}

static void start(struct direction *d, int from, int to) {
    pthread_t thread;
    d->from = from, d->to = to;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->filled, NULL);
    for (int i = 0; i < SLOTS; i++) /* pages are the kernel's until they are written to */
        if (!(d->ring[i].bytes = malloc(LARGEST))) die("malloc");
    if (pthread_create(&thread, NULL, take, d) || pthread_create(&thread, NULL, deliver, d))
        die("pthread_create");
}

int main(int count, char **names) {
    static struct direction there, back;
    long long delay_us, rate, lost;
    if (count != 3) return fprintf(stderr, "usage: line NAMESPACE NAMESPACE\n"), 2;
    int a = tun_in(names[1]), b = tun_in(names[2]);
    start(&there, a, b);
    start(&back, b, a);
    while (scanf("%lld %lld %lld", &delay_us, &rate, &lost) == 3) {
        atomic_store(&delay_ns, delay_us * 1000);
        atomic_store(&bits_per_second, rate);
        atomic_store(&lost_in_a_million, lost);
        unsigned offloads = lost ? 0 : TUN_F_CSUM | TUN_F_TSO4;
        if (ioctl(a, TUNSETOFFLOAD, offloads) || ioctl(b, TUNSETOFFLOAD, offloads))
            die("TUNSETOFFLOAD");
        puts("set");
        fflush(stdout);
    }
    return 0;
}
