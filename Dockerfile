# One image for every part: `npm run server`, `npm run worker`, and the tools.
FROM node:24-bookworm-slim
WORKDIR /kinga
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY client-sdk/package.json client-sdk/
COPY server/package.json server/
COPY server/web/package.json server/web/
COPY workers/package.json workers/
RUN npm ci --omit=dev && npm cache clean --force
COPY shared shared
COPY client-sdk client-sdk
COPY server server
COPY workers workers
RUN npm run build:web \
  && mkdir -p /data /secrets \
  && chown node:node /data /secrets
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data SECRETS_FILE=/secrets/secrets.json
# No shell and no build as root at run time; the two folders are volumes.
USER node
EXPOSE 3000
CMD ["npm", "run", "server"]
