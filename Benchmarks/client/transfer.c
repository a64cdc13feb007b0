// Sends and fetches large bodies at little cost, because it shares the cores with the server.
//
//   transfer send   PORT METHOD PATH BYTES HEADER...
//   transfer fetch  PORT read|discard PATH HEADER...       discard: the kernel throws the body away, nothing is copied
//   transfer chunks PORT BYTES CHUNK PARALLEL forward|first-last HEADER...   SkySend: init, chunks, finalize
//   transfer puts   PORT BYTES CHUNK PARALLEL BODY PATH LAST HEADER...   chunks by PUT to PATH/0 and so on, then POST to
//                                                          LAST; BODY is a file of 256 KiB that is sent again and again
//   transfer socket PORT BYTES MESSAGE CONNECTIONS RATE INIT                 SkySend: uploads over WebSockets;
//                                                          RATE is bytes a second of each, 0 for as fast as it goes
//
// Prints one line: the seconds from the first connection to the last answer, this program's own processor time, and
// the last answer. Bodies leave by sendfile from memory that was filled once, so the sender copies nothing.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// As large as a message of the WebSocket, so that all bodies are as warm in the caches.
#define BODY_BYTES (256 * 1024)
#define ROOM_BYTES (1 << 20)
#define TIMEOUT_SECONDS 120
#define MOST_CONNECTIONS 256

static int port;
static char last_answer[4096];

_Noreturn static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double own_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long long number(const char *text) {
    char *end;
    long long value = strtoll(text, &end, 10);
    if (*end || value < 0) fail("not a number: %s", text);
    return value;
}

// A file in memory with the bytes that leave again and again.
static int in_memory(const void *bytes, size_t count) {
    int file = memfd_create("body", MFD_CLOEXEC);
    if (file < 0) fail("memfd_create: %s", strerror(errno));
    for (size_t done = 0; done < count;) {
        ssize_t wrote = write(file, (const char *)bytes + done, count - done);
        if (wrote < 0) fail("memfd: %s", strerror(errno));
        done += (size_t)wrote;
    }
    return file;
}

static void fill_with_noise(unsigned char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t got = getrandom(bytes + done, count - done, 0);
        if (got < 0) fail("getrandom: %s", strerror(errno));
        done += (size_t)got;
    }
}

static int noise_file(void) {
    static unsigned char noise[BODY_BYTES];
    fill_with_noise(noise, sizeof noise);
    return in_memory(noise, sizeof noise);
}

// --- one connection ---------------------------------------------------------------------------------

struct connection {
    int socket;
    // What was received and not yet taken: from start to end.
    size_t start, end;
    char bytes[65536];
};

static struct connection *open_connection(void) {
    struct connection *connection = calloc(1, sizeof *connection);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval timeout = {.tv_sec = TIMEOUT_SECONDS};
    int on = 1;
    if (!connection) fail("no memory");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(connection->socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(connection->socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address))
        fail("connect: %s", strerror(errno));
    return connection;
}

static void close_connection(struct connection *connection) {
    close(connection->socket);
    free(connection);
}

static void receive_more(struct connection *connection) {
    if (connection->start > 0) {
        memmove(connection->bytes, connection->bytes + connection->start, connection->end - connection->start);
        connection->end -= connection->start;
        connection->start = 0;
    }
    if (connection->end == sizeof connection->bytes) fail("an answer is too long");
    ssize_t got = recv(connection->socket, connection->bytes + connection->end,
                       sizeof connection->bytes - connection->end, 0);
    if (got <= 0) fail("receive: %s", got ? strerror(errno) : "the server closed the connection");
    connection->end += (size_t)got;
}

static void send_text(struct connection *connection, const void *text, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t sent = send(connection->socket, (const char *)text + done, count - done, MSG_NOSIGNAL);
        if (sent < 0) fail("send: %s", strerror(errno));
        done += (size_t)sent;
    }
}

static void send_file(struct connection *connection, int file, off_t offset, size_t count) {
    while (count > 0) {
        ssize_t sent = sendfile(connection->socket, file, &offset, count);
        if (sent <= 0) {
            // The server may have said why before it closed.
            ssize_t got = recv(connection->socket, connection->bytes, sizeof connection->bytes - 1, MSG_DONTWAIT);
            connection->bytes[got > 0 ? got : 0] = 0;
            fail("send: %s; answered: %.300s", strerror(errno), connection->bytes);
        }
        count -= (size_t)sent;
    }
}

static void send_noise(struct connection *connection, int file, long long count) {
    while (count > 0) {
        long long piece = count < BODY_BYTES ? count : BODY_BYTES;
        send_file(connection, file, 0, (size_t)piece);
        count -= piece;
    }
}

// --- HTTP -------------------------------------------------------------------------------------------

static void send_head(struct connection *connection, const char *method, const char *path, long long length,
                      char **headers) {
    char head[8192];
    int used = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", method, path, port);
    if (strcmp(method, "GET")) used += snprintf(head + used, sizeof head - (size_t)used, "Content-Length: %lld\r\n", length);
    for (; headers && *headers; headers++)
        used += snprintf(head + used, sizeof head - (size_t)used, "%s\r\n", *headers);
    used += snprintf(head + used, sizeof head - (size_t)used, "\r\n");
    if (used >= (int)sizeof head) fail("a request head is too long");
    send_text(connection, head, (size_t)used);
}

// Takes the head of an answer and returns the length of its body; ends the program when it is no success.
static long long receive_head(struct connection *connection, const char *what) {
    char *end;
    while (!(end = memmem(connection->bytes + connection->start, connection->end - connection->start, "\r\n\r\n", 4)))
        receive_more(connection);
    char *head = connection->bytes + connection->start;
    *end = 0;
    int status = atoi(head + 9);
    char *field = strcasestr(head, "\r\ncontent-length:");
    connection->start = (size_t)(end + 4 - connection->bytes);
    if (status != 101 && (status < 200 || status > 299))
        fail("%s answered %s\n%.*s", what, head, (int)(connection->end - connection->start), end + 4);
    return field ? atoll(field + 17) : 0;
}

static void receive_answer(struct connection *connection, const char *what, char *answer, size_t room) {
    size_t length = (size_t)receive_head(connection, what);
    if (length >= room) fail("%s: the answer is too long", what);
    while (connection->end - connection->start < length) receive_more(connection);
    memcpy(answer, connection->bytes + connection->start, length);
    answer[length] = 0;
    connection->start += length;
}

static void request(struct connection *connection, const char *method, const char *path, int file, long long length,
                    char **headers, char *answer, size_t room) {
    send_head(connection, method, path, length, headers);
    send_noise(connection, file, length);
    receive_answer(connection, path, answer, room);
}

static void fetch(char **words) {
    static char buffer[ROOM_BYTES];
    int flags = strcmp(words[0], "discard") ? 0 : MSG_TRUNC;
    struct connection *connection = open_connection();
    send_head(connection, "GET", words[1], 0, words + 2);
    long long length = receive_head(connection, words[1]);
    long long left = length - (long long)(connection->end - connection->start);
    while (left > 0) {
        ssize_t got = recv(connection->socket, buffer, (size_t)(left < ROOM_BYTES ? left : ROOM_BYTES), flags);
        if (got <= 0) fail("receive: %s", got ? strerror(errno) : "the server closed the connection");
        left -= got;
    }
    snprintf(last_answer, sizeof last_answer, "%lld", length);
    close_connection(connection);
}

// --- SkySend: chunks --------------------------------------------------------------------------------

static struct {
    pthread_mutex_t lock;
    char id[64];
    int file;
    long long bytes, chunk, count, next, last;
} job = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void copy_id(const char *answer) {
    const char *found = strstr(answer, "\"id\":\"");
    if (!found || sscanf(found + 6, "%63[^\"]", job.id) != 1) fail("no id in %s", answer);
}

static void send_chunk(struct connection *connection, long long index) {
    char path[200], answer[1024];
    long long offset = index * job.chunk;
    long long length = job.bytes - offset < job.chunk ? job.bytes - offset : job.chunk;
    snprintf(path, sizeof path, "/api/upload/%s/chunk?index=%lld", job.id, index);
    request(connection, "POST", path, job.file, length, NULL, answer, sizeof answer);
}

static void *chunk_sender(void *unused) {
    struct connection *connection = open_connection();
    while (1) {
        pthread_mutex_lock(&job.lock);
        long long index = job.next < job.last ? job.next++ : -1;
        pthread_mutex_unlock(&job.lock);
        if (index < 0) break;
        send_chunk(connection, index);
    }
    close_connection(connection);
    return unused;
}

static void in_parallel(int count, void *(*work)(void *)) {
    pthread_t threads[MOST_CONNECTIONS];
    if (count < 1 || count > MOST_CONNECTIONS) fail("so many connections are not possible: %d", count);
    for (int index = 0; index < count; index++)
        if (pthread_create(&threads[index], NULL, work, NULL)) fail("no more threads");
    for (int index = 0; index < count; index++) pthread_join(threads[index], NULL);
}

static void chunks(char **words) {
    char path[200];
    job.bytes = number(words[0]);
    job.chunk = number(words[1]);
    job.count = job.last = (job.bytes + job.chunk - 1) / job.chunk;
    job.file = noise_file();
    // The first chunk last: all others have to wait for it.
    job.next = strcmp(words[3], "first-last") ? 0 : 1;
    struct connection *connection = open_connection();
    request(connection, "POST", "/api/upload/init", job.file, 0, words + 4, last_answer, sizeof last_answer);
    copy_id(last_answer);
    int first_is_missing = job.next == 1;
    in_parallel((int)number(words[2]), chunk_sender);
    if (first_is_missing) send_chunk(connection, 0);
    snprintf(path, sizeof path, "/api/upload/%s/finalize", job.id);
    request(connection, "POST", path, job.file, 0, words + 4, last_answer, sizeof last_answer);
    close_connection(connection);
}

// --- chunks by PUT ----------------------------------------------------------------------------------

static struct {
    const char *path;
    char **headers;
} puts_job;

static void *put_sender(void *unused) {
    struct connection *connection = open_connection();
    while (1) {
        char path[1024], answer[1024];
        pthread_mutex_lock(&job.lock);
        long long index = job.next < job.last ? job.next++ : -1;
        pthread_mutex_unlock(&job.lock);
        if (index < 0) break;
        long long offset = index * job.chunk;
        long long length = job.bytes - offset < job.chunk ? job.bytes - offset : job.chunk;
        snprintf(path, sizeof path, "%s/%lld", puts_job.path, index);
        request(connection, "PUT", path, job.file, length, puts_job.headers, answer, sizeof answer);
    }
    close_connection(connection);
    return unused;
}

static int body_file(const char *path) {
    static unsigned char body[BODY_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file || fread(body, 1, sizeof body, file) != sizeof body) fail("%s has not %d bytes", path, BODY_BYTES);
    fclose(file);
    return in_memory(body, sizeof body);
}

static void put_chunks(char **words) {
    job.bytes = number(words[0]);
    job.chunk = number(words[1]);
    if (job.chunk % BODY_BYTES) fail("chunks must be made of whole bodies");
    job.last = (job.bytes + job.chunk - 1) / job.chunk;
    puts_job.path = words[4];
    puts_job.headers = words + 6;
    in_parallel((int)number(words[2]), put_sender);
    struct connection *connection = open_connection();
    request(connection, "POST", words[5], job.file, 0, words + 6, last_answer, sizeof last_answer);
    close_connection(connection);
}

// --- SkySend: WebSockets ----------------------------------------------------------------------------

static const unsigned char mask[4] = {0x5a, 0xa5, 0x3c, 0xc3};

static struct {
    const char *init;
    // A masked binary message, made once.
    int frame;
    size_t frame_bytes;
    long long messages, rate;
} upload;

// Writes a frame with its mask to `frame` and returns its length.
static size_t make_frame(unsigned char *frame, int opcode, const unsigned char *payload, size_t count) {
    size_t used = 0;
    frame[used++] = (unsigned char)(0x80 | opcode);
    if (count < 126) {
        frame[used++] = (unsigned char)(0x80 | count);
    } else {
        int wide = count > 65535;
        frame[used++] = (unsigned char)(0x80 | (wide ? 127 : 126));
        for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) frame[used++] = (unsigned char)(count >> shift);
    }
    memcpy(frame + used, mask, 4);
    used += 4;
    for (size_t index = 0; index < count; index++) frame[used++] = payload[index] ^ mask[index % 4];
    return used;
}

static void prepare_message(size_t count) {
    unsigned char *noise = malloc(count), *frame = malloc(count + 14);
    if (!noise || !frame) fail("no memory");
    fill_with_noise(noise, count);
    upload.frame_bytes = make_frame(frame, 2, noise, count);
    upload.frame = in_memory(frame, upload.frame_bytes);
    free(noise);
    free(frame);
}

static void send_message(struct connection *connection, const char *text) {
    unsigned char frame[4096 + 14];
    if (strlen(text) > 4096) fail("a message is too long");
    send_text(connection, frame, make_frame(frame, 1, (const unsigned char *)text, strlen(text)));
}

// Takes the server's frames until one says this; ends the program when it says that something is wrong.
static void await_message(struct connection *connection, const char *wanted, char *text, size_t room) {
    while (1) {
        while (connection->end - connection->start < 4) receive_more(connection);
        unsigned char *frame = (unsigned char *)connection->bytes + connection->start;
        int opcode = frame[0] & 15;
        size_t head = 2, length = frame[1] & 127;
        if (length == 126) {
            length = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        }
        if (length >= room) fail("a message of the server is too long");
        while (connection->end - connection->start < head + length) receive_more(connection);
        memcpy(text, connection->bytes + connection->start + head, length);
        text[length] = 0;
        connection->start += head + length;
        if (opcode == 8 || (opcode == 1 && strstr(text, "\"error\""))) fail("WebSocket: %s", text + (opcode == 8 ? 2 : 0));
        if (opcode == 1 && strstr(text, wanted)) return;
    }
}

static void wait_until(double time) {
    double left = time - now();
    if (left <= 0) return;
    struct timespec pause = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&pause, NULL);
}

static void send_slowly(struct connection *connection) {
    const size_t piece = 16384;
    double start = now();
    long long sent = 0;
    for (long long index = 0; index < upload.messages; index++)
        for (size_t offset = 0; offset < upload.frame_bytes; offset += piece) {
            size_t count = upload.frame_bytes - offset < piece ? upload.frame_bytes - offset : piece;
            send_file(connection, upload.frame, (off_t)offset, count);
            sent += (long long)count;
            wait_until(start + (double)sent / (double)upload.rate);
        }
}

static void *socket_sender(void *unused) {
    static char *headers[] = {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", NULL};
    char text[1024];
    struct connection *connection = open_connection();
    send_head(connection, "GET", "/api/upload/ws", 0, headers);
    receive_head(connection, "/api/upload/ws");
    send_message(connection, upload.init);
    await_message(connection, "\"ready\"", text, sizeof text);
    if (upload.rate)
        send_slowly(connection);
    else
        for (long long index = 0; index < upload.messages; index++)
            send_file(connection, upload.frame, 0, upload.frame_bytes);
    send_message(connection, "{\"type\":\"finalize\"}");
    await_message(connection, "\"done\"", text, sizeof text);
    pthread_mutex_lock(&job.lock);
    strcpy(last_answer, text);
    pthread_mutex_unlock(&job.lock);
    close_connection(connection);
    return unused;
}

// --- the command line -------------------------------------------------------------------------------

int main(int count, char **words) {
    // Programs that wait for this one should not wait for ever.
    alarm(TIMEOUT_SECONDS);
    if (count < 5) fail("see the head of transfer.c for what to say");
    const char *what = words[1];
    port = (int)number(words[2]);
    double start, prepared = 0;
    if (!strcmp(what, "send") && count >= 6) {
        int file = noise_file();
        start = now();
        struct connection *connection = open_connection();
        request(connection, words[3], words[4], file, number(words[5]), words + 6, last_answer, sizeof last_answer);
        close_connection(connection);
    } else if (!strcmp(what, "fetch")) {
        start = now();
        fetch(words + 3);
    } else if (!strcmp(what, "chunks") && count >= 7) {
        start = now();
        chunks(words + 3);
    } else if (!strcmp(what, "puts") && count >= 9) {
        job.file = body_file(words[6]);
        start = now();
        put_chunks(words + 3);
    } else if (!strcmp(what, "socket") && count == 8) {
        long long bytes = number(words[3]), message = number(words[4]);
        if (!message || bytes % message) fail("the messages must fill the upload");
        upload.messages = bytes / message;
        upload.rate = number(words[6]);
        upload.init = words[7];
        prepare_message((size_t)message);
        prepared = own_seconds();
        start = now();
        in_parallel((int)number(words[5]), socket_sender);
    } else {
        fail("see the head of transfer.c for what to say");
    }
    printf("%.6f %.6f %s\n", now() - start, own_seconds() - prepared, last_answer);
    return 0;
}
