import { NestFactory } from "@nestjs/core";
import { ChatGateway } from "./chat.gateway";
import { ChatModule } from "./chat.module";

async function bootstrap() {
  const app = await NestFactory.create(ChatModule);
  await app.listen(3000);
}
bootstrap();
export { ChatGateway };
