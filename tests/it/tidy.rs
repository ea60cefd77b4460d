//! Who may know whom, held by reading the source. Each detector is shown something bad as well, so that it can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The folders of src that are nouns, and those that are none. A new folder has to say which it is.
const NOUNS: [&str; 17] = [
    "accounts",
    "activity",
    "admins",
    "applications",
    "audit",
    "desk",
    "developers",
    "gateway",
    "import",
    "invitations",
    "keys",
    "mail",
    "outbox",
    "policy",
    "registration",
    "settings",
    "throttles",
];
const MECHANISMS: [&str; 6] = ["commands", "config", "db", "passwords", "server", "web"];

/// The nouns that others stand on, and all that they may lean on themselves.
const GROUND: [(&str, &[&str]); 5] = [
    ("audit", &[]),
    ("throttles", &[]),
    ("policy", &["audit"]),
    ("outbox", &["audit", "policy"]),
    // Whoever sits at the desk is an admin; whom it decides about it does not know.
    ("desk", &["admins", "audit", "outbox"]),
];

/// A file by its path in the repository.
#[derive(Clone)]
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Without comments on lines of their own, which may name anything.
    fn code(&self) -> String {
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        self.text.lines().filter(is_code).flat_map(|line| [line, "\n"]).collect()
    }

    fn noun(&self) -> Option<&str> {
        let folder = self.path.strip_prefix("src/")?.split('/').next()?;
        NOUNS.contains(&folder).then_some(folder)
    }

    /// The room of its noun: `queries` for src/audit/queries.rs and for src/developers/queries/desk.rs.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?.strip_prefix(self.noun()?)?.strip_prefix('/')?;
        Some(inside.split('/').next()?.trim_end_matches(".rs"))
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| {
            let mut rest = self.path.split('/');
            // A folder ends with a slash; `*` is any one folder.
            place.split('/').all(|part| match rest.next() {
                _ if part.is_empty() => true,
                Some(own) => part == "*" || part == own,
                None => false,
            }) && (place.ends_with('/') || rest.next().is_none())
        })
    }
}

fn files(folder: &str, extension: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut folders) = (Vec::new(), vec![root.join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|own| own == extension) {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push(Source { path: name, text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(found.len() > 20, "only {} files below {folder}: is this the repository?", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

#[track_caller]
fn assert_none(offences: Vec<String>) {
    assert!(offences.is_empty(), "{} offences:\n{}", offences.len(), offences.join("\n"));
}

/// A detector finds exactly these of the samples.
#[track_caller]
fn assert_finds(detector: impl Fn(&[Source]) -> Vec<String>, bad: &[(&str, &str)], good: &[(&str, &str)]) {
    for (path, text) in bad {
        assert!(!detector(&[Source::new(path, text)]).is_empty(), "not found in {path}: {text}");
    }
    for (path, text) in good {
        assert_eq!(detector(&[Source::new(path, text)]), [""; 0], "found in {path}: {text}");
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the word stands by itself, not as a part of a longer one.
fn places_of<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let after = &text[at + word.len()..];
        let is_longer = word.ends_with(is_name) && after.starts_with(is_name);
        !is_longer && !text[..*at].ends_with(is_name)
    })
}

fn has(text: &str, word: &str) -> bool {
    places_of(text, word).next().is_some()
}

/// What stands in the parentheses behind each such call.
fn arguments<'a>(code: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    places_of(code, call).filter_map(move |at| {
        let (_, inside) = code[at + call.len()..].split_once('(')?;
        let mut depth = 1;
        let end = inside.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        })?;
        Some(&inside[..end])
    })
}

/// The paths of a use tree, or of an expression, that begins here; and what follows it.
fn paths<'a>(text: &'a str, before: &[&'a str], found: &mut Vec<Vec<&'a str>>) -> &'a str {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('{') {
        let mut rest = inside;
        loop {
            rest = paths(rest, before, found);
            // Steps over ` as Another`.
            let Some(end) = rest.find([',', '}', ';']) else { return rest };
            let next = rest[end..].strip_prefix(',').map(str::trim_start);
            match next {
                Some(next) if !next.starts_with('}') => rest = next,
                Some(next) => return &next[1..],
                None => return &rest[end + 1..],
            }
        }
    }
    let (name, rest) = text.split_at(text.find(|c| !is_name(c) && c != '*').unwrap_or(text.len()));
    let path = [before, &[name]].concat();
    match rest.strip_prefix("::") {
        Some(more) if more.starts_with(|c| is_name(c) || c == '{' || c == '*') => paths(more, &path, found),
        _ => {
            found.push(path);
            rest
        }
    }
}

/// Every path into this crate, by its segments: `crate::audit::{self, Entry}` is `audit::self` and `audit::Entry`.
/// Paths that begin with a noun brought in by `use` count as well; those into a module of the file's own do not.
fn mentions(code: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    for root in ["crate::", "guestlist::"] {
        for at in places_of(code, root) {
            paths(&code[at + root.len()..], &[], &mut found);
        }
    }
    // A table has the name of its noun: `developers::status` is a column then, and not what the noun shows.
    let tables: Vec<&str> = found.iter().filter(|path| path[0] == "schema").map(|path| path[path.len() - 1]).collect();
    let own = |noun: &&str| has(code, &format!("mod {noun};")) || tables.contains(noun);
    for noun in NOUNS.into_iter().filter(|noun| !own(noun)) {
        for at in places_of(code, noun) {
            if !code[..at].ends_with("::") && code[at + noun.len()..].starts_with("::") {
                paths(&code[at..], &[], &mut found);
            }
        }
    }
    found
}

/// Words that may stand only in certain places.
struct Confined {
    words: &'static [&'static str],
    to: &'static [&'static str],
}

const CONFINED: [Confined; 9] = [
    Confined {
        words: &["actix_web", "actix_session", "tracing_actix_web"],
        to: &[
            "src/main.rs",
            "src/commands/",
            "src/server/",
            "src/routes.rs",
            "src/error.rs",
            "src/db/mod.rs",
            "src/web/",
            "src/*/handlers.rs",
            "src/*/handlers/",
        ],
    },
    Confined { words: &["diesel::prelude", "RunQueryDsl", "schema::", "table_name"], to: &DSL },
    Confined { words: &["askama"], to: &["src/*/views.rs", "src/*/views/", "src/web/", "src/outbox/emails.rs"] },
    Confined { words: &["web::block", "spawn_blocking", "r2d2"], to: &["src/db/"] },
    Confined { words: &["insert_into(developers::"], to: &["src/developers/queries/mod.rs"] },
    Confined { words: &["insert_into(audit_entries"], to: &["src/audit/queries.rs"] },
    Confined { words: &["insert_into(outbox"], to: &["src/outbox/queries.rs", "src/outbox/queries/"] },
    Confined { words: &["lettre"], to: &["src/outbox/", "src/config/mail.rs"] },
    // Mail leaves by the courier; the command that tries the server out has no outbox.
    Confined { words: &["deliver("], to: &["src/outbox/smtp.rs", "src/outbox/courier.rs", "src/commands/mail.rs"] },
];

const DSL: [&str; 6] =
    ["src/db/", "src/schema.rs", "src/ids.rs", "src/text_enum.rs", "src/*/queries.rs", "src/*/queries/"];

fn out_of_place(sources: &[Source]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let code = source.code();
        for rule in CONFINED.iter().filter(|rule| !source.is_in(rule.to)) {
            let words = rule.words.iter().filter(|word| has(&code, word));
            offences.extend(words.map(|word| format!("{}: {word} belongs in {}", source.path, rule.to.join(", "))));
        }
        // Elsewhere only what a transaction and its failure are made of.
        let others = |at: &usize| {
            let after = &code[at + "diesel".len()..];
            after.starts_with("::") && !["::Connection", "::result::"].iter().any(|good| after.starts_with(good))
        };
        if !source.is_in(&DSL) && places_of(&code, "diesel").any(|at| others(&at)) {
            offences.push(format!("{}: of diesel only Connection and result belong here", source.path));
        }
    }
    offences
}

#[test]
fn libraries_stay_in_their_rooms() {
    assert_none(out_of_place(&files("src", "rs")));
    assert_finds(
        out_of_place,
        &[
            ("src/audit/mod.rs", "use actix_web::HttpRequest;"),
            ("src/developers/operations.rs", "fn f(s: &actix_session::Session) {}"),
            ("src/config/mod.rs", "use actix_web::web::Data;"),
            ("src/developers/operations.rs", "use diesel::prelude::*;"),
            ("src/import/mod.rs", "use diesel::{Connection, QueryDsl};"),
            ("src/import/mod.rs", "diesel::delete(x).execute(conn)"),
            ("src/commands/admin.rs", "use guestlist::schema::admins;"),
            ("src/web/form.rs", "use crate::schema::developers;"),
            ("src/developers/handlers/mod.rs", "use askama::Template;"),
            ("src/developers/operations.rs", "r2d2::Pool::builder()"),
            ("src/web/form.rs", "let done = web::block(work).await;"),
            ("src/import/demo.rs", "insert_into(developers::table)"),
            ("src/audit/list.rs", "insert_into(audit_entries::table)"),
            ("src/accounts/queries.rs", "insert_into(outbox::table)"),
            ("src/developers/operations/news.rs", "lettre::Message::builder()"),
            ("src/mail/handlers/mod.rs", "smtp.deliver(&mail).await"),
            ("src/outbox/letter.rs", "use askama::Template;"),
        ],
        &[
            ("src/developers/handlers/list.rs", "use actix_web::HttpResponse;"),
            ("src/activity/handlers.rs", "use actix_web::HttpResponse;"),
            ("src/developers/queries/desk.rs", "use diesel::prelude::*;\nuse crate::schema::developers;"),
            ("src/import/mod.rs", "use diesel::Connection;\nDatabase(#[from] diesel::result::Error),"),
            ("src/audit/mod.rs", "// Says nothing to actix_web."),
            ("src/db/search.rs", "r2d2::Pool::builder()"),
            ("src/outbox/emails.rs", "use askama::Template;"),
        ],
    );
}

#[test]
fn every_folder_is_a_noun_or_a_mechanism() {
    let sources = files("src", "rs");
    let folders = sources.iter().filter_map(|source| source.path.strip_prefix("src/")?.split_once('/'));
    let found: BTreeSet<&str> = folders.map(|(folder, _)| folder).collect();
    let known: BTreeSet<&str> = NOUNS.into_iter().chain(MECHANISMS).collect();
    assert_eq!(found, known);
}

/// Imports past the door of another noun. `routes` may name handlers, and nobody else may.
fn past_the_door(sources: &[Source]) -> Vec<String> {
    let rooms: BTreeSet<(&str, &str)> = sources.iter().filter_map(|s| Some((s.noun()?, s.room()?))).collect();
    let mut offences = Vec::new();
    for source in sources {
        let code = source.code();
        for path in mentions(&code) {
            let [noun, inner, rest @ ..] = path.as_slice() else { continue };
            let is_elsewhere = NOUNS.contains(noun) && source.noun() != Some(noun);
            let is_inside = rooms.contains(&(*noun, *inner)) || (!rest.is_empty() && is_module(inner));
            let is_route = source.path == "src/routes.rs" && *inner == "handlers";
            if is_elsewhere && is_inside && !is_route {
                offences.push(format!("{}: {}", source.path, path.join("::")));
            }
        }
        if has(&code, "super::super::") {
            offences.push(format!("{}: super::super hides where it leads; begin with crate", source.path));
        }
    }
    offences
}

fn is_module(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
}

#[test]
fn nouns_are_entered_by_their_doors() {
    let sources = files("src", "rs");
    assert_none(past_the_door(&sources));
    let among = |samples: &[Source]| {
        let rooms = [Source::new("src/developers/queries/mod.rs", ""), Source::new("src/audit/list.rs", "")];
        past_the_door(&[samples, &rooms].concat())
    };
    assert_finds(
        among,
        &[
            ("src/import/mod.rs", "use crate::developers::queries::insert_new;"),
            ("src/import/mod.rs", "use crate::developers::queries;"),
            ("src/import/mod.rs", "use crate::{audit::{Entry, list::PATH}, db::Conn};"),
            ("src/import/mod.rs", "use crate::developers;\nfn f() { developers::queries::find(conn, id) }"),
            ("src/commands/admin.rs", "use guestlist::{config::Config, developers::operations::enter};"),
            ("src/admins/handlers/mod.rs", "use crate::developers::handlers::list;"),
            ("src/import/kong.rs", "use super::super::developers::Status;"),
            ("src/accounts/queries.rs", "use crate::schema::developers;\nuse crate::developers::queries::find;"),
        ],
        &[
            ("src/import/mod.rs", "use crate::{audit::{self, Occasion as When}, developers::NewRecord};"),
            ("src/import/mod.rs", "use crate::developers;\nfn f() { developers::enter(conn) }"),
            ("src/developers/views/list.rs", "use crate::developers::queries::Developer;"),
            ("src/accounts/queries.rs", "use crate::schema::{developers, x};\nfn f() { developers::status.eq(1) }"),
            ("src/routes.rs", "use crate::desk;\nfn f() { get().to(desk::handlers::list::<Developer>) }"),
        ],
    );
}

type Edges<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn edges(sources: &[Source]) -> Edges<'_> {
    let mut edges: Edges<'_> = NOUNS.iter().map(|noun| (*noun, BTreeSet::new())).collect();
    for (source, from) in sources.iter().filter_map(|source| Some((source, source.noun()?))) {
        let code = source.code();
        let named = mentions(&code).into_iter().filter_map(|path| NOUNS.into_iter().find(|noun| *noun == path[0]));
        edges.entry(from).or_default().extend(named.filter(|to| *to != from));
    }
    edges
}

/// The nouns that lean on each other in a circle, or on such nouns: what is left when all that lean on nothing are
/// taken away again and again.
fn circle<'a>(edges: &Edges<'a>) -> Vec<&'a str> {
    let mut left = edges.clone();
    while let Some(free) = left.iter().find(|(_, to)| to.is_empty()).map(|(noun, _)| *noun) {
        left.remove(free);
        left.values_mut().for_each(|to| {
            to.remove(free);
        });
    }
    left.into_keys().collect()
}

#[test]
fn nouns_lean_on_each_other_without_a_circle() {
    let sources = files("src", "rs");
    let found = edges(&sources);
    assert_eq!(circle(&found), [""; 0], "{found:?}");
    for (noun, ground) in GROUND {
        let more: Vec<_> = found[noun].iter().filter(|to| !ground.contains(to)).collect();
        assert!(more.is_empty(), "{noun} knows {more:?}");
    }
    assert!(found["developers"].contains("audit"), "the edges are not found: {found:?}");
    assert!(found["developers"].contains("desk"), "the desk is not found: {found:?}");

    let bad = [
        Source::new("src/audit/mod.rs", "use crate::{db::Conn, developers::Developer};"),
        Source::new("src/developers/mod.rs", "use crate::import::Source;"),
        Source::new("src/import/mod.rs", "use crate::audit;"),
        Source::new("src/admins/mod.rs", "use crate::throttles::Rule;"),
    ];
    assert_eq!(circle(&edges(&bad)), ["audit", "developers", "import"]);
    assert_eq!(circle(&edges(&bad[1..])), [""; 0]);
}

/// What lies below the nouns knows none. An entry of the log needs an occasion, which a request gives.
fn ground_that_knows_nouns(sources: &[Source]) -> Vec<String> {
    const GROUND_FLOOR: [&str; 9] = [
        "src/web/",
        "src/db/",
        "src/config/",
        "src/values.rs",
        "src/ids.rs",
        "src/text_enum.rs",
        "src/passwords.rs",
        "src/passwords/",
        "src/error.rs",
    ];
    let below = sources.iter().filter(|source| source.is_in(&GROUND_FLOOR));
    below
        .flat_map(|source| {
            let code = source.code();
            let named: BTreeSet<String> = mentions(&code).iter().map(|path| path[0].to_owned()).collect();
            let known = move |noun: &&&str| source.path == "src/web/occasion.rs" && **noun == "audit";
            let nouns = NOUNS.iter().filter(|noun| named.contains(**noun) && !known(noun));
            nouns.map(|noun| format!("{} knows {noun}", source.path)).collect::<Vec<_>>()
        })
        .collect()
}

/// Whom the rooms of a noun may not know.
const ROOMS: [(&str, &[&str]); 7] = [
    ("noun", &["record", "queries", "operations", "forms", "views", "handlers"]),
    ("record", &["list", "queries", "operations", "forms", "views", "handlers"]),
    ("queries", &["operations", "forms", "views", "handlers"]),
    ("list", &["operations", "forms", "views", "handlers"]),
    ("operations", &["forms", "views", "handlers"]),
    ("forms", &["queries", "views", "handlers"]),
    ("views", &["operations", "handlers"]),
];

fn rooms_upside_down(sources: &[Source]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let (Some(noun), Some(room)) = (source.noun(), source.room()) else { continue };
        let Some((_, above)) = ROOMS.iter().find(|(name, _)| *name == room) else { continue };
        let code = source.code();
        let mut named: Vec<String> = mentions(&code)
            .iter()
            .filter(|path| path[0] == noun)
            .filter_map(|path| path.get(1).map(|room| (*room).to_owned()))
            .collect();
        if source.path.matches('/').count() == 2 {
            let mut found = Vec::new();
            for at in places_of(&code, "super::") {
                paths(&code[at + "super::".len()..], &[], &mut found);
            }
            named.extend(found.iter().map(|path| path[0].to_owned()));
        }
        let wrong = named.iter().filter(|name| above.contains(&name.as_str()));
        offences.extend(wrong.map(|name| format!("{}: {room} must not know {name}", source.path)));
    }
    offences
}

#[test]
fn the_rooms_of_a_noun_lie_above_each_other() {
    let sources = files("src", "rs");
    assert_none(ground_that_knows_nouns(&sources));
    assert_none(rooms_upside_down(&sources));
    assert_finds(
        ground_that_knows_nouns,
        &[
            ("src/web/chrome.rs", "use crate::developers::Status;"),
            ("src/db/mod.rs", "crate::audit::record(conn)"),
            ("src/web/occasion.rs", "use crate::{admins, audit};"),
        ],
        &[("src/web/occasion.rs", "use crate::audit::Occasion;"), ("src/web/form.rs", "use crate::values::Refused;")],
    );
    assert_finds(
        rooms_upside_down,
        &[
            ("src/developers/operations.rs", "use super::{queries, views::Moved};"),
            ("src/desk/queries/mod.rs", "use crate::desk::operations::Move;"),
            ("src/developers/views/list.rs", "use crate::developers::{handlers, list};"),
            ("src/admins/forms.rs", "use super::queries;"),
            ("src/desk/record.rs", "use super::list::List;"),
            ("src/desk/noun.rs", "use crate::desk::record::Record;"),
        ],
        &[
            ("src/developers/operations.rs", "use super::queries::{self, Developer};"),
            ("src/developers/handlers/mod.rs", "use super::{forms, operations, queries, views};"),
        ],
    );
}

/// The table of moves: no I/O, no clock, no library.
fn more_than_words(sources: &[Source]) -> Vec<String> {
    let table = sources.iter().filter(|source| source.path == "src/desk/status.rs");
    let lines = table.flat_map(|source| source.text.lines().map(str::trim));
    lines
        .filter(|line| match line.strip_prefix("use ") {
            Some(used) => !["crate::text_enum::text_enum;", "super::*;"].contains(&used),
            None => {
                !line.starts_with("//")
                    && ["crate::", "super::", "chrono", "std::", "diesel", "Conn"].iter().any(|word| has(line, word))
            }
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_table_of_moves_knows_nothing() {
    assert_none(more_than_words(&files("src", "rs")));
    let table = "src/desk/status.rs";
    assert_finds(
        more_than_words,
        &[
            (table, "use chrono::Utc;"),
            (table, "use crate::text_enum::text_enum;\nuse crate::db::Conn;"),
            (table, "    let now = std::time::Instant::now();"),
        ],
        &[(table, "//! crate:: in words\nuse crate::text_enum::text_enum;\n    use super::*;")],
    );
}

/// The status of a noun is written by one statement, an entry of the log by one file, and nobody takes one back.
fn other_writers(sources: &[Source]) -> Vec<String> {
    const WRITERS: [&str; 2] = ["src/developers/queries/mod.rs", "src/applications/queries.rs"];
    let mut offences = Vec::new();
    for source in sources {
        let code = source.code();
        let statements = arguments(&code, "set").filter(|arguments| has(arguments, "status.eq")).count();
        if statements > usize::from(WRITERS.contains(&source.path.as_str())) {
            offences.push(format!("{} writes a status", source.path));
        }
        if has(&code, "AsChangeset") {
            offences.push(format!("{}: a changeset does not show which columns it writes", source.path));
        }
        if ["update", "delete"].iter().any(|verb| has(&code, &format!("{verb}(audit_entries"))) {
            offences.push(format!("{} takes back what the log says", source.path));
        }
    }
    offences
}

#[test]
fn one_statement_writes_statuses_and_none_takes_back_an_entry() {
    let sources = files("src", "rs");
    assert_none(other_writers(&sources));
    let statement = "diesel::update(developers::table.find(id))\n.set((\ndevelopers::status.eq(to), x.eq(f(1)),\n))";
    let queries = "src/developers/queries/mod.rs";
    let is_found =
        sources.iter().any(|s| s.path == queries && arguments(&s.code(), "set").any(|a| has(a, "status.eq")));
    assert!(is_found, "the one statement is not found");
    let twice = format!("{statement}\n{statement}");
    assert_finds(
        other_writers,
        &[
            ("src/developers/operations.rs", statement),
            ("src/desk/queries/statements.rs", statement),
            (queries, &twice),
            ("src/admins/queries.rs", "#[derive(AsChangeset)]"),
            ("src/audit/queries.rs", "diesel::delete(audit_entries::table)"),
        ],
        &[(queries, statement), (queries, "developers::table.filter(developers::status.eq(status))")],
    );
}

/// SQL that is put together at run time, warnings that are silenced, HTML outside of the templates, words that say
/// nothing.
fn smells(sources: &[Source]) -> Vec<String> {
    const NAMES: [&str; 7] = ["Service", "Repository", "Manager", "Helper", "Helpers", "Util", "Dto"];
    let mut offences = Vec::new();
    for source in sources {
        let code = source.code();
        let mut smell = |what: &str| offences.push(format!("{}: {what}", source.path));
        if has(&code, "sql_query") {
            smell("sql_query");
        }
        if has(&code, "dead_code") {
            smell("allow(dead_code)");
        }
        let is_fixed = |sql: &str| sql.trim_start().starts_with(|c: char| c == '"' || c.is_ascii_uppercase());
        let sql = places_of(&code, "sql").filter(|at| code[at + 3..].starts_with(['(', ':']));
        let texts = sql.filter(|at| !code[at + 3..].starts_with("::{")).map(|at| &code[at..]);
        let mut texts = texts.filter_map(|text| arguments(text, "sql").next()).chain(arguments(&code, "batch_execute"));
        if texts.any(|sql| !is_fixed(sql)) {
            smell("SQL that is no fixed text");
        }
        let is_tag = |text: &str| {
            text.match_indices('<')
                .any(|(at, _)| text[at + 1..].starts_with(|c: char| c == '/' || c.is_ascii_lowercase()))
        };
        if arguments(&code, "format!").any(|text| text.starts_with('"') && is_tag(text)) {
            smell("HTML in format!");
        }
        for keyword in ["struct ", "enum ", "trait ", "type ", "mod ", "fn "] {
            for at in places_of(&code, keyword) {
                let name: String = code[at + keyword.len()..].chars().take_while(|c| is_name(*c)).collect();
                if NAMES.iter().any(|word| name.ends_with(word))
                    || ["utils", "util", "helpers", "common"].contains(&name.as_str())
                {
                    smell(&format!("{name} says nothing"));
                }
            }
        }
    }
    offences
}

#[test]
fn smells_are_refused_on_sight() {
    assert_none(smells(&files("src", "rs")));
    let path = "src/developers/queries/mod.rs";
    assert_finds(
        smells,
        &[
            (path, "sql_query(\"select 1\")"),
            (path, "#[allow(dead_code)]"),
            (path, "#![expect(dead_code)]"),
            (path, "conn.batch_execute(&format!(\"set x = {y}\"))"),
            (path, "dsl::sql::<diesel::sql_types::Text>(&format!(\"{column}\"))"),
            (path, "sql(&text)"),
            (path, "format!(\"<b>{name}</b>\")"),
            (path, "pub struct DeveloperService;"),
            (path, "mod utils;"),
        ],
        &[
            (path, "conn.batch_execute(SESSION)?; conn.batch_execute(\"set x = 1\")"),
            (path, "dsl::sql::<diesel::sql_types::Integer>(\"1\")"),
            (path, "use diesel::sql_types::{Bool, Text};\nformat!(\"{a} < {b}\")"),
        ],
    );
}

/// What must not stand in a template: it would need eval, break the policy for content, or decide what the table of
/// moves decides.
fn in_templates(sources: &[Source]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let text = without(&source.text, "{#", "#}");
        let mut offence = |what: &str| offences.push(format!("{}: {what}", source.path));
        let close: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        for word in ["|safe", "|escape(", "hx-on", "js:", "javascript:", "style=", "<style"] {
            if close.contains(word) {
                offence(word);
            }
        }
        let handlers = text.match_indices(" on").map(|(at, _)| &text[at + 3..]);
        if handlers
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_lowercase()))
            .any(|rest| rest.starts_with('='))
        {
            offence("a script in an attribute");
        }
        for piece in text.split("<script").skip(1) {
            let (tag, body) = piece.split_once('>').unwrap_or((piece, ""));
            if !has(tag, "src=") || !body.trim_start().starts_with("</script>") {
                offence("a script in the page");
            }
        }
        let triggers = text.split("hx-trigger=").skip(1).filter_map(|rest| rest.split(['"', '\'']).nth(1));
        if triggers.into_iter().any(|trigger| trigger.contains('[')) {
            offence("a filter of a trigger");
        }
        for tag in text.split("{%").skip(1).filter_map(|piece| piece.split("%}").next()) {
            let words = tag.trim_start_matches('-').trim();
            let decides =
                ["if", "else if", "elif", "match", "when"].iter().any(|word| words.starts_with(&format!("{word} ")));
            let lower = words.to_lowercase();
            if decides && ["requested", "approved", "rejected", "revoked"].iter().any(|status| has(&lower, status)) {
                offence(&format!("a status decides: {words}"));
            }
        }
    }
    offences
}

fn without(text: &str, open: &str, close: &str) -> String {
    let mut pieces = text.split(open);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |kept, piece| kept + piece.split_once(close).map_or("", |(_, rest)| rest))
}

#[test]
fn templates_neither_script_nor_decide() {
    assert_none(in_templates(&files("templates", "html")));
    let path = "templates/developers/list.html";
    assert_finds(
        in_templates,
        &[
            (path, "{{ name|safe }}"),
            (path, "{{ name | safe }}"),
            (path, "{{ name|escape(\"none\") }}"),
            (path, "<a hx-on:click=\"x\">"),
            (path, "<a hx-vals='js:{a: 1}'>"),
            (path, "<a href=\"javascript:x\">"),
            (path, "<p style=\"color: red\">"),
            (path, "<style>p { color: red }</style>"),
            (path, "<a onclick=\"x()\">"),
            (path, "<body\n onload='x()'>"),
            (path, "<script>x()</script>"),
            (path, "<script src=\"a.js\">x()</script>"),
            (path, "<script type=\"module\">\n</script>"),
            (path, "<form hx-trigger=\"click[ctrlKey]\">"),
            (path, "{% if row.status == \"approved\" %}"),
            (path, "{%- if row.status == Status::Revoked %}"),
            (path, "{% else if is.requested %}"),
            (path, "{% match status %}{% when Status::Rejected %}"),
        ],
        &[
            (path, "{# |safe and style= in words #}<script src=\"{{ js }}\" defer></script>"),
            (path, "<form hx-trigger=\"input changed delay:300ms target:#q\">{% if let Some(reason) = row.reason %}"),
            (path, "<button type=\"button\">approved on demand</button>{% let moment = row.requested %}"),
        ],
    );
}

/// Longer than a reader keeps in mind. There is no list of exceptions: such a file wants a room of its own.
fn too_long(sources: &[Source], limit: usize) -> Vec<String> {
    let lengths = sources.iter().map(|source| (source, source.text.lines().count()));
    lengths.filter(|(_, n)| *n > limit).map(|(source, n)| format!("{}: {n} lines of {limit}", source.path)).collect()
}

#[test]
fn files_are_short() {
    assert_none(too_long(&files("src", "rs"), 300));
    assert_none(too_long(&files("templates", "html"), 80));
    assert_finds(|s| too_long(s, 3), &[("src/a.rs", "1\n2\n3\n4\n")], &[("src/a.rs", "1\n2\n3\n")]);
}
