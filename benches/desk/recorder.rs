//! Pages and forms, and what each makes the program say to the database.

use std::path::PathBuf;

use crate::client::Connection;
use crate::ground::Ground;
use crate::program::Program;
use crate::record::{Log, Statement};
use crate::{Anyhow, started};

/// The program with a server that writes everything down.
pub struct Recorder {
    /// Runs as long as this value is there.
    _program: Program,
    connection: Connection,
    session: String,
    log: PathBuf,
}

impl Recorder {
    pub fn start(ground: &mut Ground) -> Anyhow<Self> {
        ground.log_statements(true)?;
        let program = started(ground)?;
        let session = program.sign_in(3)?;
        let connection = Connection::open(program.address)?;
        let mut recorder = Self { _program: program, connection, session, log: ground.log() };
        // Until every connection of the pool is open, and the session's last visit is written.
        for _ in 0..32 {
            recorder.connection.get("/admin/developers", &recorder.session)?.expect(200)?;
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        // Connections keep what they were opened with; only new ones write nothing.
        ground.log_statements(false)?;
        Ok(recorder)
    }

    pub fn page(&mut self, path: &str) -> Anyhow<Vec<Statement>> {
        self.record(|connection, session| connection.get(path, session)?.expect(200).map(|_| ()))
    }

    pub fn form(&mut self, path: &str, more: &str, form: &str) -> Anyhow<Vec<Statement>> {
        self.record(|connection, session| {
            connection.post(path, &format!("{session}{more}"), form)?.expect(200).map(|_| ())
        })
    }

    fn record(&mut self, act: impl FnOnce(&mut Connection, &str) -> std::io::Result<()>) -> Anyhow<Vec<Statement>> {
        let log = Log::from_end(&self.log)?;
        act(&mut self.connection, &self.session)?;
        log.recorded()
    }
}
