# One image for every program of the mesh: the command says which one runs.
#   docker build -f deploy/images/service.Dockerfile -t guanxi .
FROM node:24-slim AS build
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund && npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY schemas/package.json schemas/
COPY gateway/package.json gateway/
COPY tools/package.json tools/
COPY services/kit/package.json services/kit/
COPY services/keeper/package.json services/keeper/
COPY services/customers/package.json services/customers/
COPY services/contacts/package.json services/contacts/
COPY services/care/package.json services/care/
COPY services/analytics/package.json services/analytics/
COPY services/competitors/package.json services/competitors/
RUN npm ci --omit=dev --no-audit --no-fund

# For a trial on one machine: the stand-ins for what is outside the company, too.
FROM build AS tools
ENTRYPOINT ["node", "--enable-source-maps"]

FROM node:24-slim AS service
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/gateway/dist gateway/dist
COPY --from=build /app/services/keeper/dist services/keeper/dist
COPY --from=build /app/services/customers/dist services/customers/dist
COPY --from=build /app/services/contacts/dist services/contacts/dist
COPY --from=build /app/services/care/dist services/care/dist
COPY --from=build /app/services/analytics/dist services/analytics/dist
COPY --from=build /app/services/competitors/dist services/competitors/dist
COPY --from=build /app/schemas/supergraph.graphql schemas/supergraph.graphql
COPY package.json ./
USER node
ENTRYPOINT ["node", "--enable-source-maps"]
