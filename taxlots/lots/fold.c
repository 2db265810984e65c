/* The fold of book.py for the assets that are most: lots come in, leave by a heap or at average cost, move between accounts. Same input, same output, to the
   last digit; tests/lots/test_compiled.py holds both against each other. Amounts are 128-bit integers in units of 10^-18, as in Arrow's
   decimal128. What an action or an order asks for beyond that stays with book.py. Functions bear the names of what they repeat. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;
typedef __int128 i128;

enum { ACQUIRE = 0, MOVE = 1, DISPOSE = 4, REMOVE = 5, MATCHED_OUT = 9, MATCHED_IN = 10, ORDERED = 11, NAMED = 12, OWN_LOT = 15 }; /* entry_columns.py, blocks.py */
enum { NOWHERE = -1 };
enum { MOVED = 1, AWAY = 2, PLACED = 4, AGAIN = 8, POOLED = 16, MERGED = 32 };
enum { RANKED = 1, REVERSED = 2, LEAST_TAX = 4, HOLDING = 8 };
enum { MAIN = 0, SHORT = 1, LONG = 2, WAITING = 3, HEAPS = 4 }; /* the last three as in least_tax.py */

/* 256 bits, lowest first. */
typedef struct { uint64_t limb[4]; } Wide;

static Wide product(u128 a, u128 b) {
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    u128 low = (u128)a0 * b0, first = (u128)a0 * b1, second = (u128)a1 * b0, high = (u128)a1 * b1;
    u128 middle = (low >> 64) + (uint64_t)first + (uint64_t)second;
    Wide wide;
    wide.limb[0] = (uint64_t)low;
    wide.limb[1] = (uint64_t)middle;
    high += (first >> 64) + (second >> 64) + (middle >> 64);
    wide.limb[2] = (uint64_t)high;
    wide.limb[3] = (uint64_t)(high >> 64);
    return wide;
}

/* Quotient; the remainder goes to `rest`. Long division, for a divisor of two limbs as in Knuth, TAOCP 2, 4.3.1, algorithm D. */
static Wide quotient(Wide number, u128 divisor, u128 *rest) {
    Wide found = {{0, 0, 0, 0}};
    if (!(divisor >> 64)) {
        u128 left = 0;
        for (int place = 3; place >= 0; place--) {
            left = left << 64 | number.limb[place];
            if (left < divisor) continue;
            u128 digit = left / (uint64_t)divisor;
            found.limb[place] = (uint64_t)digit;
            left -= digit * divisor;
        }
        *rest = left;
        return found;
    }
    int shift = __builtin_clzll((uint64_t)(divisor >> 64));
    u128 scaled = divisor << shift;
    uint64_t high = (uint64_t)(scaled >> 64), low = (uint64_t)scaled, digits[5];
    digits[4] = shift ? number.limb[3] >> (64 - shift) : 0;
    for (int place = 3; place > 0; place--)
        digits[place] = shift ? number.limb[place] << shift | number.limb[place - 1] >> (64 - shift) : number.limb[place];
    digits[0] = number.limb[0] << shift;
    for (int place = 2; place >= 0; place--) {
        u128 top = (u128)digits[place + 2] << 64 | digits[place + 1];
        u128 guess = digits[place + 2] >= high ? (u128)UINT64_MAX : top / high;
        u128 over = top - guess * high;
        while (!(over >> 64) && guess * low > (over << 64 | digits[place])) {
            guess--;
            over += high;
        }
        u128 lowest = guess * low, highest = guess * high, taken;
        uint64_t borrow = 0, parts[3];
        taken = (u128)(uint64_t)lowest;
        parts[0] = (uint64_t)taken;
        taken = (lowest >> 64) + (uint64_t)highest;
        parts[1] = (uint64_t)taken;
        parts[2] = (uint64_t)((highest >> 64) + (taken >> 64));
        for (int digit = 0; digit < 3; digit++) {
            uint64_t before = digits[place + digit], after = before - parts[digit] - borrow;
            borrow = borrow ? before <= parts[digit] : before < parts[digit];
            digits[place + digit] = after;
        }
        if (borrow) {
            u128 carry = (u128)digits[place] + low;
            digits[place] = (uint64_t)carry;
            carry = (carry >> 64) + digits[place + 1] + high;
            digits[place + 1] = (uint64_t)carry;
            digits[place + 2] += (uint64_t)(carry >> 64);
            guess--;
        }
        found.limb[place] = (uint64_t)guess;
    }
    *rest = ((u128)digits[1] << 64 | digits[0]) >> shift;
    return found;
}

/* exact.share: amount * part / whole, half to even. */
static i128 share(i128 amount, u128 part, u128 whole) {
    if (!amount || part == whole) return amount;
    u128 rest, size = amount < 0 ? -(u128)amount : (u128)amount, result;
    Wide wide = product(size, part);
    if (!(wide.limb[2] | wide.limb[3])) {
        u128 small = (u128)wide.limb[1] << 64 | wide.limb[0];
        result = small / whole;
        rest = small - result * whole;
    } else {
        Wide found = quotient(wide, whole, &rest);
        result = (u128)found.limb[1] << 64 | found.limb[0];
    }
    if (rest + rest > whole || (rest + rest == whole && (result & 1))) result++;
    return amount < 0 ? -(i128)result : (i128)result;
}

static const u128 SCALE = (u128)1000000000000000000ULL * 1000000000000000000ULL;

/* pieces.unit_rank: amount * 10^36 / units, rounded down. */
static Wide unit_rank(u128 amount, u128 units) {
    u128 rest;
    return quotient(product(amount, SCALE), units, &rest);
}

static int compared(const Wide *a, const Wide *b) {
    for (int place = 3; place >= 0; place--)
        if (a->limb[place] != b->limb[place]) return a->limb[place] < b->limb[place] ? -1 : 1;
    return 0;
}

static Wide sum(Wide a, Wide b) {
    u128 carry = 0;
    for (int place = 0; place < 4; place++) {
        carry += (u128)a.limb[place] + b.limb[place];
        a.limb[place] = (uint64_t)carry;
        carry >>= 64;
    }
    return a;
}

static Wide difference(Wide larger, Wide smaller) {
    uint64_t borrow = 0;
    for (int place = 0; place < 4; place++) {
        u128 taken = (u128)smaller.limb[place] + borrow;
        borrow = larger.limb[place] < taken;
        larger.limb[place] -= (uint64_t)taken;
    }
    return larger;
}

/* A sale by least tax: its day, its price on the scale of the ranks, and the rates. */
typedef struct {
    Wide price;
    int negative;
    int64_t day, short_rate, long_rate;
} Asked;

/* Tax per unit: a size of 320 bits and its sign. */
typedef struct {
    uint64_t limb[5];
    int negative;
} Tax;

static Tax tax_of(const Asked *asked, const Wide *rank, int64_t rate) {
    int loss = asked->negative || compared(&asked->price, rank) < 0;
    Wide gain = asked->negative ? sum(asked->price, *rank) : loss ? difference(*rank, asked->price) : difference(asked->price, *rank);
    Tax tax = {{0, 0, 0, 0, 0}, 0};
    u128 carry = 0;
    for (int place = 0; place < 4; place++) {
        carry += (u128)gain.limb[place] * (uint64_t)rate;
        tax.limb[place] = (uint64_t)carry;
        carry >>= 64;
    }
    tax.limb[4] = (uint64_t)carry;
    for (int place = 0; place < 5; place++) tax.negative |= loss && tax.limb[place];
    return tax;
}

static int less_tax(const Tax *a, const Tax *b) {
    if (a->negative != b->negative) return a->negative ? -1 : 1;
    for (int place = 4; place >= 0; place--)
        if (a->limb[place] != b->limb[place]) return (a->limb[place] < b->limb[place]) != a->negative ? -1 : 1;
    return 0;
}

typedef struct {
    i128 quantity, basis;
    int64_t entry, account, again, flags;
} Piece;

/* A part of a piece that was sold, or that left otherwise. */
typedef struct {
    i128 quantity, gross, cost, basis;
    int64_t entry, piece;
} Part;

/* A part of a disposal that is matched with what one day acquired; and what an acquisition has left (`piece` unused). */
typedef struct {
    i128 units, basis;
    int64_t piece;
} Share;

typedef struct { int64_t key, piece; } Node;

/* `order`: RANKED compares ranks before keys, the larger first where it is REVERSED. */
typedef struct {
    Node *node;
    int64_t size, room, order;
} Heap;

typedef struct {
    Heap heap[HEAPS];
    int64_t count, order, holding;
} Pool;

typedef struct {
    int64_t entries, pools, rows, matched, matching_days;
    const int32_t *action, *pool, *target, *row, *home, *to_account;
    const int64_t *age, *own, *order, *day, *long_from, *short_rate, *long_rate, *match_entry, *match_group;
    const char *quantity, *amount, *cost;
} Given;

typedef struct {
    int64_t pieces, sold, moved, lacking;
    Piece *piece;
    Part *sale, *move, *lack;
} Found;

typedef struct {
    const Given *given;
    Found *found;
    Pool *pools;
    Wide *ranks;
    int64_t *piece_of, *names, *named;
    int64_t room_pieces, room_sold, room_moved, room_lacking, slots, used;
    Share *share, *rest;
    int64_t *first_share, *last_share, shares, room_shares;
    Asked asked;
    int asking, ranked, failed;
} Fold;

static i128 number(const char *column, int64_t entry) {
    i128 value;
    memcpy(&value, column + 16 * entry, 16);
    return value;
}

static void *grown(Fold *fold, void *array, int64_t size, int64_t *room, size_t width) {
    if (size < *room) return array;
    int64_t wanted = *room ? 2 * *room : 1024;
    void *larger = realloc(array, (size_t)wanted * width);
    if (!larger) {
        fold->failed = 1;
        return array;
    }
    *room = wanted;
    return larger;
}

static void write(Fold *fold, Part **parts, int64_t *size, int64_t *room, Part part) {
    *parts = grown(fold, *parts, *size, room, sizeof(Part));
    if (fold->failed) return;
    (*parts)[(*size)++] = part;
}

static void sell(Fold *fold, int64_t entry, int64_t piece, i128 quantity, i128 gross, i128 cost, i128 basis) {
    Part part = {quantity, gross, cost, basis, entry, piece};
    write(fold, &fold->found->sale, &fold->found->sold, &fold->room_sold, part);
}

static void lack(Fold *fold, int64_t entry, i128 quantity, i128 gross) {
    Part part = {quantity, gross, 0, 0, entry, NOWHERE};
    write(fold, &fold->found->lack, &fold->found->lacking, &fold->room_lacking, part);
}

static int64_t new_piece(Fold *fold, int64_t entry, int64_t account, i128 quantity, i128 basis, Wide rank) {
    Found *found = fold->found;
    int64_t room = fold->room_pieces;
    found->piece = grown(fold, found->piece, found->pieces, &fold->room_pieces, sizeof(Piece));
    if (fold->ranked) fold->ranks = grown(fold, fold->ranks, found->pieces, &room, sizeof(Wide));
    if (fold->failed) return NOWHERE;
    Piece piece = {quantity, basis, entry, account, 0, 0};
    found->piece[found->pieces] = piece;
    if (fold->ranked) fold->ranks[found->pieces] = rank;
    return found->pieces++;
}

#include "matching.c"

/* Whether one leaves before the other. */
static int before(const Fold *fold, const Heap *heap, Node one, Node other) {
    if (heap->order & RANKED) {
        int order = compared(&fold->ranks[one.piece], &fold->ranks[other.piece]);
        if (order) return heap->order & REVERSED ? order > 0 : order < 0;
    }
    return one.key != other.key ? one.key < other.key : one.piece < other.piece;
}

static void push(Fold *fold, Heap *heap, int64_t key, int64_t piece) {
    heap->node = grown(fold, heap->node, heap->size, &heap->room, sizeof(Node));
    if (fold->failed) return;
    int64_t place = heap->size++;
    Node node = {key, piece};
    while (place) {
        int64_t parent = (place - 1) >> 1;
        if (!before(fold, heap, node, heap->node[parent])) break;
        heap->node[place] = heap->node[parent];
        place = parent;
    }
    heap->node[place] = node;
}

static void pop(Fold *fold, Heap *heap) {
    Node node = heap->node[--heap->size];
    int64_t place = 0, child;
    while ((child = 2 * place + 1) < heap->size) {
        if (child + 1 < heap->size && before(fold, heap, heap->node[child + 1], heap->node[child])) child++;
        if (!before(fold, heap, heap->node[child], node)) break;
        heap->node[place] = heap->node[child];
        place = child;
    }
    if (heap->size) heap->node[place] = node;
}

/* HoldingPool.push */
static void join(Fold *fold, Pool *pool, int64_t piece) {
    Piece *fresh = &fold->found->piece[piece];
    if (pool->holding == NOWHERE) {
        pool->holding = piece;
        fresh->flags |= POOLED;
        return;
    }
    Piece *held = &fold->found->piece[pool->holding];
    held->basis = (held->quantity ? held->basis : 0) + fresh->basis;
    held->quantity += fresh->quantity;
    fresh->quantity = fresh->basis = 0;
}

/* Pool.push */
static void put(Fold *fold, int64_t number, int64_t piece) {
    Pool *pool = &fold->pools[number];
    int64_t entry = fold->found->piece[piece].entry, age = fold->given->age[entry];
    pool->count++;
    push(fold, &pool->heap[MAIN], pool->order == REVERSED ? -age : age, piece);
    if (pool->order & LEAST_TAX) {
        push(fold, &pool->heap[SHORT], age, piece);
        push(fold, &pool->heap[WAITING], fold->given->long_from[entry], piece);
    }
}

/* The piece at the top of a heap that is still there; of those that are short-term, on a day. NOWHERE where none is. */
static int64_t top(Fold *fold, Heap *heap, int64_t short_on) {
    while (heap->size) {
        int64_t piece = heap->node[0].piece;
        const Piece *held = &fold->found->piece[piece];
        if (held->quantity && (short_on == NOWHERE || fold->given->long_from[held->entry] > short_on)) return piece;
        pop(fold, heap);
    }
    return NOWHERE;
}

/* LeastTax.ask */
static void ask(Fold *fold, int64_t entry, Pool *pool) {
    const Given *given = fold->given;
    i128 net = number(given->amount, entry) - number(given->cost, entry);
    u128 rest;
    Asked asked = {{{0, 0, 0, 0}}, net < 0, given->day[entry], given->short_rate[entry], given->long_rate[entry]};
    asked.price = quotient(product(net < 0 ? -(u128)net : (u128)net, SCALE), (u128)number(given->quantity, entry), &rest);
    if (net < 0 && rest) {
        Wide one = {{1, 0, 0, 0}};
        asked.price = sum(asked.price, one);
    }
    Heap *waiting = &pool->heap[WAITING];
    while (waiting->size && waiting->node[0].key <= asked.day && !fold->failed) {
        int64_t piece = waiting->node[0].piece;
        pop(fold, waiting);
        const Piece *turned = &fold->found->piece[piece];
        if (turned->quantity) push(fold, &pool->heap[LONG], given->age[turned->entry], piece);
    }
    fold->asked = asked;
    fold->asking = 1;
}

/* LeastTax.first */
static int64_t least_tax(Fold *fold, Pool *pool) {
    const Asked *asked = &fold->asked;
    int64_t soon = top(fold, &pool->heap[SHORT], asked->day), late = top(fold, &pool->heap[LONG], NOWHERE);
    if (soon == NOWHERE || late == NOWHERE) return soon == NOWHERE ? late : soon;
    Tax one = tax_of(asked, &fold->ranks[soon], asked->short_rate), other = tax_of(asked, &fold->ranks[late], asked->long_rate);
    int order = less_tax(&one, &other);
    if (!order) order = compared(&fold->ranks[late], &fold->ranks[soon]);
    if (order) return order < 0 ? soon : late;
    int64_t first = fold->given->age[fold->found->piece[soon].entry], second = fold->given->age[fold->found->piece[late].entry];
    return first < second || (first == second && soon < late) ? soon : late;
}

/* The piece that leaves next; NOWHERE where none is left. */
static int64_t first(Fold *fold, Pool *pool) {
    if (pool->order & HOLDING) return pool->holding != NOWHERE && fold->found->piece[pool->holding].quantity ? pool->holding : NOWHERE;
    return fold->asking ? least_tax(fold, pool) : top(fold, &pool->heap[MAIN], NOWHERE);
}

/* Take units out of a piece, or all that it has; of the last part that is all its basis. */
static i128 take(Piece *piece, i128 units, i128 *basis) {
    if (units >= piece->quantity) {
        units = piece->quantity;
        *basis = piece->basis;
        piece->quantity = 0;
        return units;
    }
    *basis = share(piece->basis, (u128)units, (u128)piece->quantity);
    piece->quantity -= units;
    piece->basis -= *basis;
    return units;
}

/* The slot of a lot's name in a pool: Pool.arrived of all pools in one table with open addressing. */
static int64_t slot(Fold *fold, int64_t pool, int64_t name) {
    int64_t key = pool * (2 * fold->given->rows) + name + 1;
    uint64_t place = (uint64_t)key * 0x9E3779B97F4A7C15ULL >> 20;
    for (place &= (uint64_t)fold->slots - 1; fold->names[place]; place = (place + 1) & ((uint64_t)fold->slots - 1))
        if (fold->names[place] == key) return (int64_t)place;
    fold->names[place] = key;
    fold->named[place] = NOWHERE;
    fold->used++;
    return (int64_t)place;
}

static int64_t *arrived(Fold *fold, int64_t pool, int64_t name) {
    if (2 * fold->used >= fold->slots) {
        int64_t *names = fold->names, *named = fold->named, slots = fold->slots;
        fold->slots = slots ? 2 * slots : 1024;
        fold->names = calloc((size_t)fold->slots, sizeof(int64_t));
        fold->named = malloc((size_t)fold->slots * sizeof(int64_t));
        if (!fold->names || !fold->named) {
            free(fold->names);
            free(fold->named);
            fold->names = names;
            fold->named = named;
            fold->slots = slots;
            fold->failed = 1;
            return NULL;
        }
        fold->used = 0;
        for (int64_t place = 0; place < slots; place++) {
            if (!names[place]) continue;
            int64_t key = names[place] - 1, size = 2 * fold->given->rows, into = slot(fold, key / size, key % size);
            fold->named[into] = named[place];
        }
        free(names);
        free(named);
    }
    return &fold->named[slot(fold, pool, name)];
}

/* Pool.keep */
static void keep(Fold *fold, int64_t pool, int64_t piece, int64_t name) {
    int64_t *here = arrived(fold, pool, name);
    if (here && (*here == NOWHERE || !fold->found->piece[*here].quantity)) *here = piece;
}

/* Pool.add */
static void add(Fold *fold, int64_t pool, int64_t piece, int64_t name) {
    if (fold->pools[pool].order & HOLDING) {
        join(fold, &fold->pools[pool], piece);
        return;
    }
    int64_t *here = arrived(fold, pool, name);
    if (!here) return;
    Piece *fresh = &fold->found->piece[piece], *old = *here == NOWHERE ? NULL : &fold->found->piece[*here];
    if (!old || !old->quantity) {
        *here = piece;
    } else if ((old->flags & MOVED) == (fresh->flags & MOVED) &&
               (!fold->ranked || !compared(&fold->ranks[*here], &fold->ranks[piece]))) {
        old->quantity += fresh->quantity;
        old->basis += fresh->basis;
        fresh->quantity = fresh->basis = 0;
        return;
    } else {
        fresh->again = fold->pools[pool].count;
        fresh->flags |= AGAIN;
    }
    put(fold, pool, piece);
}

static void acquire(Fold *fold, int64_t entry, int named) {
    const Given *given = fold->given;
    i128 units = number(given->quantity, entry), amount = number(given->amount, entry);
    if (given->action[entry] == MATCHED_IN) { /* what is left for the holding */
        units = fold->rest[entry].units;
        amount = fold->rest[entry].basis;
        if (!units) return;
    }
    Wide rank = {{0, 0, 0, 0}};
    if (fold->ranked) rank = unit_rank((u128)amount, (u128)units);
    int64_t pool = given->pool[entry], piece = new_piece(fold, entry, NOWHERE, units, amount, rank);
    if (fold->failed) return;
    fold->piece_of[entry] = piece;
    if (fold->pools[pool].order & HOLDING) {
        join(fold, &fold->pools[pool], piece);
        return;
    }
    if (named) {
        int64_t *here = arrived(fold, pool, (int64_t)given->row[entry] << 1);
        if (!here) return;
        *here = piece;
    }
    put(fold, pool, piece);
}

/* The parts of a disposal that are matched with acquisitions: from `*at` on, up to the place that is returned. */
static int64_t matched(const Fold *fold, int64_t entry, int64_t *at) {
    *at = fold->first_share ? fold->first_share[entry] : 0;
    return fold->last_share ? fold->last_share[entry] : 0;
}

/* Fold.sell for what is matched and then or, with `own`, out of what the entry's row brought in. */
static void dispose(Fold *fold, int64_t entry, int own) {
    const Given *given = fold->given;
    Pool *pool = &fold->pools[given->pool[entry]];
    i128 left = number(given->quantity, entry), gross = number(given->amount, entry), cost = number(given->cost, entry), basis;
    own &= !(pool->order & HOLDING); /* at average cost lots are not told apart */
    int64_t at, end = matched(fold, entry, &at);
    for (; at < end && !fold->failed; at++) {
        const Share *one = &fold->share[at];
        i128 paid = share(gross, (u128)one->units, (u128)left), fee = share(cost, (u128)one->units, (u128)left);
        sell(fold, entry, one->piece, one->units, paid, fee, one->basis);
        left -= one->units;
        gross -= paid;
        cost -= fee;
    }
    if (pool->order & LEAST_TAX && !own) ask(fold, entry, pool);
    while (left && !fold->failed) {
        int64_t piece = !own ? first(fold, pool) : given->own[entry] == NOWHERE ? NOWHERE : fold->piece_of[given->own[entry]];
        if (piece == NOWHERE || !fold->found->piece[piece].quantity) break;
        i128 part = take(&fold->found->piece[piece], left, &basis);
        i128 paid = share(gross, (u128)part, (u128)left), fee = share(cost, (u128)part, (u128)left);
        sell(fold, entry, piece, part, paid, fee, basis);
        left -= part;
        gross -= paid;
        cost -= fee;
    }
    fold->asking = 0;
    if (left) {
        sell(fold, entry, NOWHERE, left, gross, cost, 0);
        lack(fold, entry, left, gross);
    }
}

/* What leaves a pool without being sold, as parts; returns what is lacking. */
static i128 leave(Fold *fold, int64_t entry) {
    Pool *pool = &fold->pools[fold->given->pool[entry]];
    i128 left = number(fold->given->quantity, entry), basis;
    int64_t at, end = matched(fold, entry, &at);
    for (; at < end && !fold->failed; at++) {
        Part part = {fold->share[at].units, 0, 0, fold->share[at].basis, entry, fold->share[at].piece};
        write(fold, &fold->found->move, &fold->found->moved, &fold->room_moved, part);
        left -= part.quantity;
    }
    while (left && !fold->failed) {
        int64_t piece = first(fold, pool);
        if (piece == NOWHERE) break;
        i128 units = take(&fold->found->piece[piece], left, &basis);
        Part part = {units, 0, 0, basis, entry, piece};
        write(fold, &fold->found->move, &fold->found->moved, &fold->room_moved, part);
        left -= units;
    }
    if (left) lack(fold, entry, left, 0);
    return left;
}

/* Fold.move */
static void move(Fold *fold, int64_t entry) {
    const Given *given = fold->given;
    int64_t into = given->target[entry], begun = fold->found->moved;
    if (into == NOWHERE) return;
    i128 left = leave(fold, entry);
    for (int64_t place = begun; place < fold->found->moved && !fold->failed; place++) {
        Part part = fold->found->move[place];
        int64_t acquired = fold->found->piece[part.piece].entry;
        Wide rank = {{0, 0, 0, 0}};
        if (fold->ranked) rank = fold->ranks[part.piece];
        int64_t copy = new_piece(fold, acquired, given->to_account[entry], part.quantity, part.basis, rank);
        if (fold->failed) return;
        int away = given->home[acquired] != given->to_account[entry];
        Piece *old = &fold->found->piece[part.piece];
        fold->found->piece[copy].flags = MOVED | PLACED | (away ? AWAY : 0) | (old->flags & POOLED);
        if (old->quantity && !(old->flags & (PLACED | POOLED))) keep(fold, given->pool[entry], part.piece, (int64_t)given->row[acquired] << 1);
        add(fold, into, copy, (int64_t)given->row[acquired] << 1 | away);
    }
    if (left && !fold->failed) {
        Wide none = {{0, 0, 0, 0}};
        int64_t piece = new_piece(fold, entry, given->to_account[entry], left, 0, none);
        if (fold->failed) return;
        fold->found->piece[piece].flags = PLACED;
        add(fold, into, piece, (int64_t)given->row[entry] << 1);
    }
}

static void book(Fold *fold, int64_t entry) {
    switch (fold->given->action[entry]) {
    case ACQUIRE:
    case MATCHED_IN: acquire(fold, entry, 0); break;
    case NAMED: acquire(fold, entry, 1); break;
    case DISPOSE:
    case MATCHED_OUT:
    case ORDERED: dispose(fold, entry, 0); break;
    case OWN_LOT: dispose(fold, entry, 1); break;
    case MOVE: move(fold, entry); break;
    case REMOVE: leave(fold, entry); break;
    default: break; /* of an asset that book.py books */
    }
}

/* Returns 0, or 1 where there is not enough memory. Either way `taxlots_release` gives back what was found. */
int taxlots_fold(const Given *given, Found *found) {
    Fold fold;
    memset(&fold, 0, sizeof fold);
    memset(found, 0, sizeof *found);
    fold.given = given;
    fold.found = found;
    fold.pools = calloc((size_t)given->pools + 1, sizeof(Pool));
    fold.piece_of = malloc((size_t)(given->entries + 1) * sizeof(int64_t));
    fold.failed = !fold.pools || !fold.piece_of;
    for (int64_t pool = 0; pool < given->pools && !fold.failed; pool++) {
        Pool *one = &fold.pools[pool];
        one->order = given->order[pool];
        one->holding = NOWHERE;
        one->heap[MAIN].order = one->order & LEAST_TAX ? 0 : one->order;
        one->heap[SHORT].order = one->heap[LONG].order = RANKED | REVERSED;
        fold.ranked |= (one->order & RANKED) != 0;
    }
    for (int64_t entry = 0; entry < given->entries && !fold.failed; entry++) fold.piece_of[entry] = NOWHERE;
    match_all(&fold);
    for (int64_t entry = 0; entry < given->entries && !fold.failed; entry++) book(&fold, entry);
    for (int64_t pool = 0; fold.pools && pool < given->pools; pool++)
        for (int heap = 0; heap < HEAPS; heap++) free(fold.pools[pool].heap[heap].node);
    free(fold.pools);
    free(fold.piece_of);
    free(fold.ranks);
    free(fold.names);
    free(fold.named);
    free(fold.share);
    free(fold.rest);
    free(fold.first_share);
    free(fold.last_share);
    return fold.failed;
}

void taxlots_release(Found *found) {
    free(found->piece);
    free(found->sale);
    free(found->move);
    free(found->lack);
    memset(found, 0, sizeof *found);
}

/* The SHA-256 of this file, told when it is compiled. */
const char *taxlots_source(void) { return SOURCE; }

/* For the tests: exact.share and pieces.unit_rank, each number as 16 (the rank as 32) bytes. */
void taxlots_share(const char *amount, const char *part, const char *whole, char *result) {
    i128 found = share(number(amount, 0), (u128)number(part, 0), (u128)number(whole, 0));
    memcpy(result, &found, 16);
}

void taxlots_unit_rank(const char *amount, const char *units, char *result) {
    Wide found = unit_rank((u128)number(amount, 0), (u128)number(units, 0));
    memcpy(result, &found, 32);
}
