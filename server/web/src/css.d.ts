/** Styles are files of their own; the bundler links them. */
declare module '*.css' {}
