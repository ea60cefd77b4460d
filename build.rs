//! Makes the files that browsers load: bundles the stylesheet's layers, fetches htmx where npm has not yet, names each
//! by a fingerprint of its content and compresses it once, so that the binary serves all of them from memory.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

const CSS_LAYERS: [&str; 4] = ["tokens", "controls", "layout", "screens"];
const HTMX: &str = "node_modules/htmx.org/dist/htmx.min.js";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    for path in ["build.rs", "static", "migrations", "package-lock.json", HTMX] {
        println!("cargo::rerun-if-changed={path}");
    }
    if !Path::new(HTMX).exists() {
        fetch_htmx()?;
    }
    let mut css = String::new();
    for layer in CSS_LAYERS {
        css += &fs::read_to_string(format!("static/css/{layer}.css"))?;
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = String::new();
    for (constant, stem, extension, content) in [
        ("CSS", "app", "css", minifier::css::minify(&css)?.to_string().into_bytes()),
        ("JS", "app", "js", lean(&fs::read_to_string("static/app.js")?)),
        ("HTMX", "htmx", "js", fs::read(HTMX)?),
        ("FAVICON", "favicon", "svg", fs::read("static/favicon.svg")?),
    ] {
        let media_type = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        let fingerprint = hex(&Sha256::digest(&content)[..8]);
        let name = format!("{stem}-{fingerprint}.{extension}");
        let base = out.join(&name);
        fs::write(&base, &content)?;
        fs::write(base.with_added("br"), brotli(&content)?)?;
        fs::write(base.with_added("gz"), gzip(&content)?)?;
        writeln!(
            table,
            "pub static {constant}: Asset = Asset {{ name: {name:?}, url: \"/static/{name}\", media_type: {media_type:?}, \
             plain: include_bytes!({base:?}), brotli: include_bytes!({:?}), gzip: include_bytes!({:?}) }};",
            base.with_added("br"),
            base.with_added("gz"),
        )?;
    }
    fs::write(out.join("assets.rs"), table)?;
    Ok(())
}

/// Comments on lines of their own, indentation, and spaces and line breaks beside punctuation are for readers of the
/// source. Texts stay as they are; the script must hold no regular expression, whose quotes would be taken for a text's.
fn lean(source: &str) -> Vec<u8> {
    let is_comment = |line: &str| line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    let lines = lines.map(|line| {
        let line = close(line);
        // Where a statement or a list goes on or has ended for certain, nothing needs a line of its own.
        if line.ends_with([';', '{', ',']) { line } else { line + "\n" }
    });
    lines.collect::<String>().into_bytes()
}

fn close(line: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || "_$\"'`".contains(c);
    let (mut kept, mut quote, mut chars) = (String::new(), None, line.chars().peekable());
    while let Some(c) = chars.next() {
        let is_apart = kept.ends_with(is_word) && chars.peek().is_some_and(|next| is_word(*next));
        match quote {
            Some(_) if c == '\\' => kept.extend([Some(c), chars.next()].into_iter().flatten()),
            Some(own) => {
                kept.push(c);
                quote = Some(own).filter(|own| *own != c);
            }
            None if c == ' ' && !is_apart => {}
            None => {
                kept.push(c);
                quote = Some(c).filter(|c| "\"'`".contains(*c));
            }
        }
    }
    kept
}

fn fetch_htmx() -> Outcome<()> {
    println!("cargo::warning=fetching htmx with npm");
    let done = Command::new("npm").args(["ci", "--omit=dev", "--ignore-scripts"]).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            Err(format!("`npm ci --omit=dev --ignore-scripts` ended with {status}; see its words above").into())
        }
        Err(error) => Err(format!(
            "npm could not be run ({error}). Guestlist takes htmx from npm: install Node.js with npm \
             (Debian: apt install nodejs npm; macOS: brew install node), then build again"
        )
        .into()),
    }
}

trait WithAdded {
    fn with_added(&self, extension: &str) -> PathBuf;
}

impl WithAdded for PathBuf {
    fn with_added(&self, extension: &str) -> PathBuf {
        let mut path = self.clone().into_os_string();
        path.push(".");
        path.push(extension);
        path.into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    writer.write_all(content)?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    writer.finish()
}
