-- Rendered once, into an empty server: {{host}} is where connections may come from, {{…}} passwords.
-- One statement a line: a server reads this while it initialises.
CREATE USER 'repl'@'{{host}}' IDENTIFIED BY '{{repl}}';
GRANT REPLICATION SLAVE, BACKUP_ADMIN, CLONE_ADMIN, CONNECTION_ADMIN ON *.* TO 'repl'@'{{host}}';
CREATE USER 'keeper'@'{{host}}' IDENTIFIED BY '{{keeper}}';
GRANT SELECT ON performance_schema.* TO 'keeper'@'{{host}}';
GRANT PROCESS, RELOAD, SHUTDOWN, REPLICATION CLIENT, REPLICATION SLAVE, SYSTEM_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN, SERVICE_CONNECTION_ADMIN, CLONE_ADMIN, BACKUP_ADMIN ON *.* TO 'keeper'@'{{host}}';
CREATE DATABASE keeper;
CREATE TABLE keeper.writeProbe (id INT PRIMARY KEY, at TIMESTAMP(3) NOT NULL);
GRANT INSERT, DELETE ON keeper.writeProbe TO 'keeper'@'{{host}}';
