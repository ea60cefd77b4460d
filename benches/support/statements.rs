//! The recorded statements as a script of `pgbench`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::ground::{self, Ground};
use super::record::Statement;
use super::{Anyhow, mean};

/// A script and the values of its variables.
#[derive(Clone, Debug, Default)]
pub struct Script {
    pub text: String,
    pub values: Vec<(String, String)>,
}

impl Script {
    /// More statements; where `instead` has something to say of a value, that stands in its place.
    pub fn with(mut self, statements: &[Statement], instead: impl Fn(&str) -> Option<String>) -> Self {
        for statement in statements {
            let mut parts = statement.sql.split('$');
            self.text += parts.next().unwrap_or_default();
            for part in parts {
                let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
                let number: usize = part[..digits].parse().unwrap_or_default();
                match statement.parameters.get(number.wrapping_sub(1)) {
                    // pgbench has no empty variables.
                    Some(Some(value)) if value.is_empty() => self.text += "''",
                    Some(Some(value)) => match instead(value) {
                        Some(expression) => self.text += &expression,
                        None => {
                            let name = format!("v{}", self.values.len());
                            let _ = write!(self.text, ":{name}");
                            self.values.push((name, value.clone()));
                        }
                    },
                    Some(None) => self.text += "NULL",
                    // No parameter: a dollar of the statement's own.
                    None => self.text += &format!("${}", &part[..digits]),
                }
                self.text += &part[digits..];
            }
            self.text += ";\n";
        }
        self
    }
}

pub struct Pgbench {
    program: PathBuf,
    url: String,
}

impl Pgbench {
    /// Beside the server programs that run, else in the PATH.
    pub fn find(ground: &Ground) -> Result<Self, String> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = ground.programs().into_iter().chain(std::env::split_paths(&path)).collect();
        match folders.iter().map(|folder| folder.join("pgbench")).find(|program| program.exists()) {
            Some(program) => Ok(Self { program, url: ground.url() }),
            None => Err(format!(
                "it is neither in {} nor in the PATH; PostgreSQL's client or contrib package has it",
                folders.first().map_or(Path::new("the server's folder"), PathBuf::as_path).display()
            )),
        }
    }

    /// Runs of the script a second, once it has run for so many seconds. Those do not count: there each client plans
    /// each statement, which a program that runs for long has done.
    pub fn run(&self, script: &Script, clients: usize, settling: usize, length: Duration) -> Anyhow<f64> {
        let file = ground::folder().join("statements.sql");
        fs::write(&file, &script.text)?;
        let mut pgbench = Command::new(&self.program);
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs", if clients > 1 { "2" } else { "1" }]);
        pgbench.arg(format!("--client={clients}"));
        pgbench.arg(format!("--time={}", length.as_secs().max(1) + settling as u64));
        pgbench.arg("--file").arg(&file);
        for (name, value) in &script.values {
            pgbench.arg(format!("--define={name}={value}"));
        }
        if settling > 0 {
            pgbench.env("PGOPTIONS", "-c plan_cache_mode=force_generic_plan").arg("--progress=1");
        }
        let ran = pgbench.arg(&self.url).output()?;
        let (said, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        let whole = |line: &str| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok();
        let second =
            |line: &str| line.strip_prefix("progress: ")?.split(", ").nth(1)?.strip_suffix(" tps")?.parse::<f64>().ok();
        let per_second = match settling {
            0 => said.lines().find_map(whole),
            _ => mean(&told.lines().filter_map(second).skip(settling).collect::<Vec<_>>()),
        };
        match per_second {
            Some(n) if ran.status.success() => Ok(n),
            _ => Err(format!("pgbench failed: {said}{told}").into()),
        }
    }
}
