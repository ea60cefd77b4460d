//! Pages as a reader finds them: by meaning, not by text.

use scraper::{ElementRef, Html, Selector};

/// A parsed page, or a part of one.
pub struct Page(Html);

/// One answer for one place, as htmx takes it.
#[derive(Debug)]
pub struct Partial {
    pub target: String,
    pub swap: String,
    pub inner: String,
}

/// What a list row or the record on a developer's own page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub name: String,
    /// The texts of its chips.
    pub chips: Vec<String>,
    /// The actions that are offered, as they are posted.
    pub verbs: Vec<String>,
    pub version: i32,
    /// All of its text.
    pub text: String,
}

/// A form as a browser would post it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub method: String,
    pub fields: Vec<(String, String)>,
}

pub fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

/// With white space as a reader sees it.
pub fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    pub fn parse(html: &str) -> Self {
        let html = html.trim_start();
        Self(match html {
            page if page.starts_with("<!DOCTYPE") => Html::parse_document(page),
            // A row alone is no row outside of a table.
            row if row.starts_with("<tr") => Html::parse_fragment(&format!("<table><tbody>{row}</tbody></table>")),
            part => Html::parse_fragment(part),
        })
    }

    pub fn has(&self, css: &str) -> bool {
        self.0.select(&selector(css)).next().is_some()
    }

    pub fn count(&self, css: &str) -> usize {
        self.0.select(&selector(css)).count()
    }

    /// The text of the only such element.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let all = self.texts(css);
        assert_eq!(all.len(), 1, "{css} in {}", self.0.html());
        all.into_iter().next().unwrap()
    }

    pub fn texts(&self, css: &str) -> Vec<String> {
        self.0.select(&selector(css)).map(text_of).collect()
    }

    /// An attribute of the first such element.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.0.select(&selector(css)).next()?.value().attr(name).map(str::to_owned)
    }

    /// An attribute of all such elements.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        self.0.select(&selector(css)).filter_map(|element| element.value().attr(name)).map(str::to_owned).collect()
    }

    pub fn title(&self) -> String {
        self.text("title")
    }

    pub fn all_text(&self) -> String {
        text_of(self.0.root_element())
    }

    /// The number on a tab.
    pub fn count_of(&self, tab: &str) -> String {
        self.text(&format!(r#"nav[aria-label="Status"] a[href*="status={tab}"] span.count"#))
    }

    /// The numbers on all tabs: requested, approved, rejected, revoked, all.
    pub fn counts(&self) -> Vec<String> {
        ["requested", "approved", "rejected", "revoked", "all"].iter().map(|tab| self.count_of(tab)).collect()
    }

    /// The ids of the rows of developers, from the top.
    pub fn row_ids(&self) -> Vec<String> {
        self.ids_of("developer")
    }

    /// The same of any noun.
    pub fn ids_of(&self, noun: &str) -> Vec<String> {
        let ids = self.attributes(&format!(r#"tr[id^="{noun}-"]"#), "id");
        ids.iter().map(|id| id.trim_start_matches(&format!("{noun}-")).to_owned()).collect()
    }

    /// The names in the rows of developers, from the top.
    pub fn names(&self) -> Vec<String> {
        self.names_of("developer")
    }

    pub fn names_of(&self, noun: &str) -> Vec<String> {
        self.texts(&format!(r#"tr[id^="{noun}-"] td.name"#))
    }

    /// The row or the record of a developer.
    pub fn shown(&self, id: &str) -> Option<Shown> {
        self.shown_at(&format!("developer-{id}"))
    }

    /// The row or the record with this id.
    pub fn shown_at(&self, row_id: &str) -> Option<Shown> {
        let element = self.0.select(&selector(&format!(r#"[id="{row_id}"]"#))).next()?;
        let values = |css: &str| -> Vec<String> {
            let css = selector(css);
            let found = element.select(&css).filter_map(|input| input.value().attr("value"));
            found.map(str::to_owned).collect()
        };
        let versions = values(r#"input[name="version"]"#);
        assert!(versions.windows(2).all(|pair| pair[0] == pair[1]), "one record, several versions: {versions:?}");
        Some(Shown {
            name: element.select(&selector(".name")).next().map(text_of).unwrap_or_default(),
            chips: element.select(&selector(".chip")).map(text_of).collect(),
            verbs: values(r#"input[name="action"]"#),
            version: versions.first().map_or(0, |version| version.parse().unwrap()),
            text: text_of(element),
        })
    }

    /// The form that posts this action for a developer.
    pub fn form_for(&self, id: &str, verb: &str) -> Option<Form> {
        self.form_at(&format!("developer-{id}"), verb)
    }

    /// The same in the row or the record with this id.
    pub fn form_at(&self, row_id: &str, verb: &str) -> Option<Form> {
        let css = selector(&format!(r#"[id="{row_id}"] form"#));
        let mut forms = self.0.select(&css).map(form_of);
        forms.find(|form| form.fields.contains(&("action".into(), verb.into())))
    }

    /// The only such form.
    pub fn form(&self, css: &str) -> Form {
        let forms: Vec<_> = self.0.select(&selector(css)).map(form_of).collect();
        assert_eq!(forms.len(), 1, "{css} in {}", self.0.html());
        forms.into_iter().next().unwrap()
    }
}

fn form_of(form: ElementRef<'_>) -> Form {
    let attribute = |name| form.value().attr(name).unwrap_or_default().to_owned();
    let css = selector("input[name]:not([type='checkbox']), input[name][checked], select[name], textarea[name]");
    let chosen = selector("option[selected]");
    let inputs = form.select(&css).map(|field| {
        let name = field.value().attr("name").unwrap_or_default().to_owned();
        let value = match field.value().name() {
            "textarea" => field.text().collect(),
            "select" => {
                let first = selector("option");
                let option = field.select(&chosen).next().or_else(|| field.select(&first).next());
                option.and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
            }
            _ => field.value().attr("value").unwrap_or_default().to_owned(),
        };
        (name, value)
    });
    Form { action: attribute("action"), method: attribute("method"), fields: inputs.collect() }
}

impl Form {
    /// With a box ticked, which posts its value.
    #[must_use]
    pub fn ticked(mut self, name: &str, value: &str) -> Self {
        assert!(self.fields.iter().all(|(own, _)| own != name), "{name} is ticked already");
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this written into one of its fields.
    #[must_use]
    pub fn filled(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(own, _)| own == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value.to_owned();
        self
    }

    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl Partial {
    /// Read from the text: an HTML parser would move the rows out of them.
    pub fn all(html: &str) -> Vec<Self> {
        let mut partials = Vec::new();
        for piece in html.split("<hx-partial").skip(1) {
            let (head, rest) = piece.split_once('>').expect("an opened tag is closed");
            let (inner, _) = rest.split_once("</hx-partial>").expect("a partial is closed");
            let attribute = |name: &str| {
                let (_, value) = head.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name}: {head}"));
                value.split('"').next().unwrap_or_default().to_owned()
            };
            partials.push(Self {
                target: attribute("hx-target"),
                swap: attribute("hx-swap"),
                inner: inner.trim().to_owned(),
            });
        }
        partials
    }

    pub fn page(&self) -> Page {
        Page::parse(&self.inner)
    }
}
