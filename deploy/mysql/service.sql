-- Rendered once for each service: the service's user at work, and the owner that migrates.
-- Either sees its own schema and what the health of replication shows, nothing of another service.
CREATE DATABASE crm_{{service}} CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;
CREATE USER '{{service}}'@'{{host}}' IDENTIFIED BY '{{password}}';
GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE, CREATE TEMPORARY TABLES ON `crm\_{{service}}`.* TO '{{service}}'@'{{host}}';
GRANT SELECT ON performance_schema.replication_connection_status TO '{{service}}'@'{{host}}';
GRANT SELECT ON performance_schema.replication_applier_status_by_worker TO '{{service}}'@'{{host}}';
CREATE USER '{{service}}_owner'@'{{host}}' IDENTIFIED BY '{{ownerPassword}}';
GRANT ALL ON `crm\_{{service}}`.* TO '{{service}}_owner'@'{{host}}';
GRANT ALL ON `crm\_{{service}}\_rebuild`.* TO '{{service}}_owner'@'{{host}}';
GRANT SELECT ON performance_schema.replication_connection_status TO '{{service}}_owner'@'{{host}}';
GRANT SELECT ON performance_schema.replication_applier_status_by_worker TO '{{service}}_owner'@'{{host}}';
