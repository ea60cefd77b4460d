//! nginx: by itself, and with the recipe of `deploy/` in front of Guestlist or of the handler that does nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Anyhow;
use crate::empty::until_answered;
use crate::ground::folder;
use crate::process::Process;
use crate::program::free_address;

/// What nginx and Guestlist share where the recipe is used.
pub const TOKEN: &str = "between-these-two-in-this-run";
const RECIPE: &str = include_str!("../../deploy/nginx.conf");

pub struct Nginx {
    pub process: Process,
    pub address: SocketAddr,
}

/// Where the program is.
pub fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder| folder.join("nginx"))
        .find(|program| program.exists())
}

impl Nginx {
    /// Answers 204 to everything.
    pub fn by_itself(program: &Path) -> Anyhow<Self> {
        let mut nginx = Self::start(program, "by-itself", |address| Ok(no_content(address)))?;
        until_answered(&mut nginx.process, nginx.address, "/")?;
        Ok(nginx)
    }

    /// Asks whoever listens there before it answers.
    pub fn asking(program: &Path, name: &str, check: SocketAddr) -> Anyhow<Self> {
        let api = free_address()?;
        let token = folder().join("nginx-token.conf");
        fs::write(&token, format!("proxy_set_header X-Gateway-Token \"{TOKEN}\";\n"))?;
        Self::start(program, name, |address| {
            let mut recipe = RECIPE.to_owned();
            for (theirs, ours) in [
                ("127.0.0.1:8080", check.to_string()),
                ("127.0.0.1:9000", api.to_string()),
                ("listen 80;", format!("listen {address};")),
                ("/etc/nginx/guestlist-token*.conf", token.display().to_string()),
                ("/var/log/nginx/", format!("{}/", folder().display())),
            ] {
                if !recipe.contains(theirs) {
                    return Err(format!("deploy/nginx.conf has no {theirs} any more").into());
                }
                recipe = recipe.replace(theirs, &ours);
            }
            Ok(recipe + &no_content(api))
        })
    }

    fn start(program: &Path, name: &str, servers: impl FnOnce(SocketAddr) -> Anyhow<String>) -> Anyhow<Self> {
        let own = folder().join(format!("nginx-{name}"));
        fs::create_dir_all(&own)?;
        let address = free_address()?;
        let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", own.display()))
            .concat();
        // As many workers as Guestlist has. Connections are kept, as those of the others are.
        let text = format!(
            "daemon off; pid {}/pid; worker_processes auto; error_log stderr;\nevents {{}}\n\
             http {{\naccess_log off; keepalive_requests 100000000;\n{folders}{}}}\n",
            own.display(),
            servers(address)?
        );
        let configuration = own.join("nginx.conf");
        fs::write(&configuration, text)?;
        let log = fs::File::create(own.join("log"))?;
        let mut nginx = Command::new(program);
        nginx.arg("-c").arg(configuration).arg("-p").arg(&own).args(["-e", "stderr"]);
        nginx.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // By this signal it ends its workers, too.
        Ok(Self { process: Process::spawn(&mut nginx, libc::SIGTERM)?, address })
    }
}

fn no_content(address: SocketAddr) -> String {
    format!("server {{ listen {address}; location / {{ return 204; }} }}\n")
}
