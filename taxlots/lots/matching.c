/* The matching of section_104.py for assets without splits: part of fold.c, which includes it. What was acquired or disposed of on a day is
   a side; sides of the same day are matched first, then those of the days after. Functions bear the names of what they repeat. */

/* `begin` and `count`: the entries of the day, in a list of those of its kind. `head` and `tail`: the matches of a disposal. */
typedef struct {
    i128 left, basis_left;
    int64_t day, begin, count, piece, head, tail;
} Side;

typedef struct {
    i128 units, basis;
    int64_t bought, next;
} Match;

/* One asset in one place: entries by kind, sides by day, and room for one day's rooms and costs. */
typedef struct {
    int64_t *entry[2];
    Side *side[2];
    int64_t entries[2], sides[2];
    Match *match;
    int64_t matches, room_matches;
    i128 *rooms, *costs, *cells;
    int64_t room_cells;
} Group;

enum { IN = 0, OUT = 1 };

static i128 smaller(i128 a, i128 b) { return a < b ? a : b; }

static void add_to_side(Fold *fold, Group *group, int kind, int64_t entry, int64_t day) {
    Side *side = group->sides[kind] ? &group->side[kind][group->sides[kind] - 1] : NULL;
    if (!side || side->day != day) {
        side = &group->side[kind][group->sides[kind]++];
        Side fresh = {0, 0, day, group->entries[kind], 0, NOWHERE, NOWHERE, NOWHERE};
        *side = fresh;
    }
    side->left += number(fold->given->quantity, entry);
    side->basis_left += number(fold->given->amount, entry);
    side->count++;
    group->entry[kind][group->entries[kind]++] = entry;
}

/* Matching.match, and a note of what was matched. */
static void match(Fold *fold, Group *group, Side *sold, int64_t bought) {
    Side *side = &group->side[IN][bought];
    i128 units = smaller(sold->left, side->left);
    if (!units) return;
    i128 basis = share(side->basis_left, (u128)units, (u128)side->left);
    sold->left -= units;
    side->left -= units;
    side->basis_left -= basis;
    group->match = grown(fold, group->match, group->matches, &group->room_matches, sizeof(Match));
    if (fold->failed) return;
    Match found = {units, basis, bought, NOWHERE};
    group->match[group->matches] = found;
    if (sold->head == NOWHERE) sold->head = group->matches;
    else group->match[sold->tail].next = group->matches;
    sold->tail = group->matches++;
}

static void same_day(Fold *fold, Group *group) {
    for (int64_t out = 0, in = 0; out < group->sides[OUT] && !fold->failed; out++) {
        while (in < group->sides[IN] && group->side[IN][in].day < group->side[OUT][out].day) in++;
        if (in < group->sides[IN] && group->side[IN][in].day == group->side[OUT][out].day) match(fold, group, &group->side[OUT][out], in);
    }
}

static void later(Fold *fold, Group *group) {
    int64_t first = 0;
    for (int64_t out = 0; out < group->sides[OUT] && !fold->failed; out++) {
        Side *sold = &group->side[OUT][out];
        while (first < group->sides[IN] && (group->side[IN][first].day <= sold->day || !group->side[IN][first].left)) first++;
        for (int64_t in = first; in < group->sides[IN] && !fold->failed; in++) {
            if (group->side[IN][in].day > sold->day + fold->given->matching_days || !sold->left) break;
            match(fold, group, sold, in);
        }
    }
}

static int64_t piece_of(Fold *fold, Group *group, Side *bought) {
    if (bought->piece == NOWHERE) {
        Wide none = {{0, 0, 0, 0}};
        bought->piece = new_piece(fold, group->entry[IN][bought->begin], NOWHERE, 0, 0, none);
        if (!fold->failed && bought->count > 1) fold->found->piece[bought->piece].flags |= MERGED;
    }
    return bought->piece;
}

/* section_104._fitted: units split over the rooms in their proportion to the whole, none more than its room. */
static void fit(Group *group, int64_t rooms, i128 units, i128 whole) {
    i128 left = units;
    for (int64_t place = 0; place < rooms; place++) {
        i128 cell = smaller(smaller(share(group->rooms[place], (u128)units, (u128)whole), left), group->rooms[place]);
        group->cells[place] = cell;
        left -= cell;
    }
    for (int64_t place = 0; place < rooms; place++) {
        i128 more = smaller(left, group->rooms[place] - group->cells[place]);
        group->cells[place] += more;
        left -= more;
    }
}

static int make_rooms(Fold *fold, Group *group, const Side *sold) {
    int64_t rooms = 1;
    for (int64_t at = sold->head; at != NOWHERE; at = group->match[at].next) rooms++;
    if (rooms > group->room_cells) {
        free(group->rooms);
        free(group->costs);
        free(group->cells);
        group->rooms = malloc((size_t)rooms * sizeof(i128));
        group->costs = malloc((size_t)rooms * sizeof(i128));
        group->cells = malloc((size_t)rooms * sizeof(i128));
        group->room_cells = rooms;
        if (!group->rooms || !group->costs || !group->cells) fold->failed = 1;
    }
    return !fold->failed;
}

/* Matching.share_out */
static void share_out(Fold *fold, Group *group, const Side *sold) {
    if (sold->head == NOWHERE || !make_rooms(fold, group, sold)) return;
    int64_t rooms = 0;
    i128 whole = sold->left;
    for (int64_t at = sold->head; at != NOWHERE; at = group->match[at].next, rooms++) {
        group->rooms[rooms] = group->match[at].units;
        group->costs[rooms] = group->match[at].basis;
        whole += group->match[at].units;
    }
    group->rooms[rooms] = sold->left; /* out of the holding */
    for (int64_t place = 0; place < sold->count && !fold->failed; place++) {
        int64_t entry = group->entry[OUT][sold->begin + place], at = sold->head;
        i128 units = number(fold->given->quantity, entry);
        fit(group, rooms + 1, units, whole);
        whole -= units;
        fold->first_share[entry] = fold->shares;
        for (int64_t room = 0; room < rooms && !fold->failed; room++, at = group->match[at].next) {
            i128 cell = group->cells[room];
            if (!cell) continue;
            Share part = {cell, share(group->costs[room], (u128)cell, (u128)group->rooms[room]), NOWHERE};
            group->costs[room] -= part.basis;
            part.piece = piece_of(fold, group, &group->side[IN][group->match[at].bought]);
            fold->share = grown(fold, fold->share, fold->shares, &fold->room_shares, sizeof(Share));
            if (!fold->failed) fold->share[fold->shares++] = part;
        }
        for (int64_t room = 0; room <= rooms; room++) group->rooms[room] -= group->cells[room];
        fold->last_share[entry] = fold->shares;
    }
}

/* Matching.remain */
static void remain(Fold *fold, Group *group, const Side *bought) {
    i128 whole = 0, left = bought->left, basis_left = bought->basis_left;
    for (int64_t place = 0; place < bought->count; place++) whole += number(fold->given->quantity, group->entry[IN][bought->begin + place]);
    for (int64_t place = 0; place < bought->count; place++) {
        int64_t entry = group->entry[IN][bought->begin + place];
        i128 units = number(fold->given->quantity, entry), part = share(left, (u128)units, (u128)whole);
        i128 basis = left ? share(basis_left, (u128)part, (u128)left) : 0;
        left -= part;
        basis_left -= basis;
        whole -= units;
        fold->rest[entry].units = part;
        fold->rest[entry].basis = basis;
    }
}

/* All groups: `match_entry` has their entries by group, by day and in order. */
static void match_all(Fold *fold) {
    const Given *given = fold->given;
    size_t entries = (size_t)given->entries + 1, matched = (size_t)given->matched + 1;
    if (!given->matched || fold->failed) return;
    Group group;
    memset(&group, 0, sizeof group);
    fold->rest = calloc(entries, sizeof(Share));
    fold->first_share = calloc(entries, sizeof(int64_t));
    fold->last_share = calloc(entries, sizeof(int64_t));
    fold->failed = !fold->rest || !fold->first_share || !fold->last_share;
    for (int kind = IN; kind <= OUT; kind++) {
        group.entry[kind] = malloc(matched * sizeof(int64_t));
        group.side[kind] = malloc(matched * sizeof(Side));
        fold->failed |= !group.entry[kind] || !group.side[kind];
    }
    for (int64_t at = 0; at < given->matched && !fold->failed;) {
        group.entries[IN] = group.entries[OUT] = group.sides[IN] = group.sides[OUT] = group.matches = 0;
        for (int64_t name = given->match_group[at]; at < given->matched && given->match_group[at] == name; at++) {
            int64_t entry = given->match_entry[at];
            add_to_side(fold, &group, given->action[entry] == MATCHED_IN ? IN : OUT, entry, given->day[entry]);
        }
        same_day(fold, &group);
        later(fold, &group);
        for (int64_t out = 0; out < group.sides[OUT] && !fold->failed; out++) share_out(fold, &group, &group.side[OUT][out]);
        for (int64_t in = 0; in < group.sides[IN] && !fold->failed; in++) remain(fold, &group, &group.side[IN][in]);
    }
    for (int kind = IN; kind <= OUT; kind++) {
        free(group.entry[kind]);
        free(group.side[kind]);
    }
    free(group.match);
    free(group.rooms);
    free(group.costs);
    free(group.cells);
}
