mod login;
mod logout;
mod setup;
