//! The secret that signs cookies, where none is given.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A shorter one could be guessed.
pub const MIN_SECRET: usize = 64;

/// The one in the data directory, made at the first start and readable by its owner alone.
///
/// # Errors
/// The directory cannot be written, or what lies there is no secret.
pub fn generated(data_dir: &Path) -> io::Result<Vec<u8>> {
    fs::create_dir_all(data_dir)?;
    let path = data_dir.join("secret-key");
    let mut secret = [0; MIN_SECRET];
    getrandom::fill(&mut secret).map_err(io::Error::other)?;
    // Written aside and linked into place, so that of two first starts one wins and nobody reads half a secret.
    let draft = data_dir.join(format!("secret-key.{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let secret = fs::read(&path)?;
    if secret.len() < MIN_SECRET {
        let why = format!("{} is too short to be a secret; delete it to have a new one made", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(secret)
}
