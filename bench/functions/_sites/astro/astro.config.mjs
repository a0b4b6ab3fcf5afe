import { defineConfig } from "astro/config";
import netlify from "@astrojs/netlify";
import vercel from "@astrojs/vercel";

export default defineConfig({ adapter: process.env.ADAPTER === "vercel" ? vercel() : netlify() });
